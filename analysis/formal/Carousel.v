(** The constant error carousel, forget gates, and what is left of the error when the other paths are cut. *)

Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations ErrorFlow LSTM.
Open Scope R_scope.

(** The cell states of 1997, s_t = s_(t-1) + u_t, where u_t = y_in g(net_c) does not depend on them once the paths
    through gates and cell inputs are truncated. Any number of cells: E is any normed space. *)
Section Carousel.

Context {E : NormedModule R_AbsRing}.

Fixpoint cell_state (u : nat -> E) (q : nat) (s : E) : E :=
  match q with O => s | S k => plus (cell_state u k s) (u (S k)) end.

(** lstm1997.carousel: the derivative of s_q in s_0 is the identity, at every lag q. *)
Theorem carousel_is_the_identity (u : nat -> E) (q : nat) (s : E) :
  filterdiff (cell_state u q) (locally s) (fun ds => ds).
Proof.
  induction q; simpl; [apply filterdiff_id|].
  apply filterdiff_ext_lin with (fun ds : E => plus ds zero); [|intro; apply plus_zero_r].
  apply filterdiff_plus_fct; [easy|apply filterdiff_const].
Qed.

End Carousel.

(** With a forget gate, each cell for itself: s_t = f_t s_(t-1) + u_t. *)
Fixpoint gated_state (f u : nat -> R) (q : nat) (s : R) : R :=
  match q with O => s | S k => f (S k) * gated_state f u k s + u (S k) end.

(** The derivative of s_q in s_0 is the product of the gates in between. *)
Theorem forget_gate_product (f u : nat -> R) (q : nat) (s : R) :
  is_derive (gated_state f u q) s (product f q).
Proof.
  induction q; [apply (is_derive_id s)|]. cbn [gated_state product].
  auto_derive; [now exists (product f q)|]. apply is_derive_unique in IHq. simpl in IHq. change (fun x => gated_state f u q x) with (gated_state f u q).
  rewrite IHq. ring.
Qed.

(** The sum of - ln f_t over t = 1..q. *)
Fixpoint decay (f : nat -> R) (q : nat) : R := match q with O => 0 | S k => decay f k - ln (f (S k)) end.

Lemma product_decay (f : nat -> R) (q : nat) : (forall t, 0 < f t) -> product f q = exp (- decay f q).
Proof.
  intro P. induction q; simpl; [now rewrite Ropp_0, exp_0|].
  replace (- (decay f q - ln (f (S q)))) with (ln (f (S q)) + - decay f q) by ring.
  now rewrite exp_plus, exp_ln, IHq.
Qed.

(** forget_gate: the error through a forget gate vanishes if and only if the sum of - ln f_t diverges. *)
Theorem forget_gate_vanishes (f : nat -> R) : (forall t, 0 < f t) ->
  is_lim_seq (product f) 0 <-> is_lim_seq (decay f) p_infty.
Proof.
  intro P. split; intro L; apply is_lim_seq_spec in L; apply is_lim_seq_spec.
  - intro M. destruct (L (mkposreal _ (exp_pos (- M)))) as [N H]. exists N. intros q Q.
    generalize (H q Q). rewrite product_decay, Rminus_0_r, Rabs_right by (easy || left; apply exp_pos).
    simpl. intro K. apply exp_lt_inv in K. lra.
  - intros eps. destruct (L (- ln eps)) as [N H]. exists N. intros q Q.
    generalize (H q Q). rewrite product_decay, Rminus_0_r, Rabs_right by (easy || left; apply exp_pos).
    intro K. rewrite <- (exp_ln eps) by apply cond_pos. apply exp_increasing. lra.
Qed.

(** The truncated Jacobian [[F, 0], [D F, 0]] of any cell of the family, as a step of the error. *)
Section Truncated.

Context {C H : NormedModule R_AbsRing}.

Variables (F : nat -> C -> C) (D : nat -> C -> H).

Definition truncated (q : nat) (e : C * H) : C * H :=
  error F (fun _ _ => zero) D (fun _ _ => zero) q e.

(** The q-step truncated product is [[P, 0], [D_q P, 0]], P = F_q ... F_1. *)
Theorem truncated_product (q : nat) (c : C) (h : H) : (1 <= q)%nat ->
  truncated q (c, h) = (flow F q c, D q (flow F q c)).
Proof.
  destruct q; [lia|]. intros _. revert c h. induction q; intros c h.
  - unfold truncated. simpl. unfold step. simpl. now rewrite !plus_zero_r.
  - unfold truncated in *. rewrite error_step, IHq. unfold step. cbn [fst snd].
    now rewrite !plus_zero_r.
Qed.

(** Without forget gates, F = I, it is [[I, 0], [D_q, 0]] at every lag: no factor from the steps in between. *)
Corollary truncated_carousel (q : nat) (c : C) (h : H) : (1 <= q)%nat -> (forall t c, F t c = c) ->
  truncated q (c, h) = (c, D q c).
Proof.
  intros Q I. rewrite truncated_product by easy.
  assert (E : flow F q c = c) by (clear Q; induction q; simpl; [easy|now rewrite I]). now rewrite E.
Qed.

End Truncated.

(** lstm1997.carousel_bound: what is left at any lag, eq. (41), is below 1/2 for the cell input and below 1/4 for
    the input gate: y_out h'(s) at time t, the rest at the step of entry. *)
Theorem carousel_bound (s net_c net_in net_out : R) :
  0 < logistic net_out * Derive squash_out s * Derive squash_in net_c * logistic net_in < 1 / 2 /\
  Rabs (logistic net_out * Derive squash_out s * squash_in net_c * Derive logistic net_in) < 1 / 4.
Proof.
  destruct (logistic_range net_out), (logistic_range net_in), (squash_out_slope s) as [_ [_ [[? ?] _]]],
    (squash_in_slope net_c) as [_ [_ [[? ?] _]]], (logistic_slope net_in) as [_ [[? ?] _]].
  assert (G : Rabs (squash_in net_c) < 2).
  { unfold squash_in. destruct (logistic_range net_c). apply Rabs_def1; lra. }
  assert (P : 0 < logistic net_out * Derive squash_out s < 1 / 2).
  { split; [now apply Rmult_lt_0_compat|nra]. }
  set (a := logistic net_out * Derive squash_out s) in *.
  assert (Q : 0 < Derive squash_in net_c * logistic net_in < 1).
  { split; [now apply Rmult_lt_0_compat|nra]. }
  rewrite (Rmult_assoc a (Derive squash_in net_c)). split; [split; [now apply Rmult_lt_0_compat|nra]|].
  rewrite !Rabs_mult, (Rabs_right a), (Rabs_right (Derive logistic net_in)) by lra.
  assert (0 <= Rabs (squash_in net_c)) by apply Rabs_pos.
  assert (a * Rabs (squash_in net_c) < 1) by nra.
  assert (0 <= a * Rabs (squash_in net_c)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** carousel.linear_unit: constant error flow f'(x) w = 1 makes the unit linear, and the activation constant only
    without the constant C = f(0) that the paper leaves out. *)
Theorem linear_unit (f : R -> R) (w : R) :
  (forall x, ex_derive f x) -> (forall x, Derive f x * w = 1) -> forall x, f x = x / w + f 0.
Proof.
  intros D E.
  assert (W : w <> 0) by (intro Z; generalize (E 0); rewrite Z; lra).
  assert (M : forall x y, x < y -> f y - f x = (y - x) / w).
  { intros x y L. destruct (MVT_cor2 f (Derive f) x y L) as [c [C _]].
    - intros c _. now apply is_derive_Reals, Derive_correct.
    - rewrite C. replace (Derive f c) with (/ w); [field; easy|].
      apply Rmult_eq_reg_r with w; [|easy]. rewrite E. now field. }
  intro x. destruct (Rtotal_order x 0) as [L|[->|L]].
  - generalize (M x 0 L). replace ((0 - x) / w) with (- (x / w)) by now field. lra.
  - unfold Rdiv. lra.
  - generalize (M 0 x L). rewrite Rminus_0_r. lra.
Qed.

Fixpoint activation (f : R -> R) (w a : R) (t : nat) : R :=
  match t with O => a | S k => f (w * activation f w a k) end.

Corollary linear_unit_drifts (f : R -> R) (w a : R) (t : nat) :
  (forall x, ex_derive f x) -> (forall x, Derive f x * w = 1) -> activation f w a t = a + INR t * f 0.
Proof.
  intros D E. assert (W : w <> 0) by (intro Z; generalize (E 0); rewrite Z; lra).
  induction t; [simpl; ring|]. cbn [activation]. rewrite (linear_unit f w D E), IHt, S_INR. field. easy.
Qed.

(** forget_gate.half_life: a gate held at bias b keeps at least the share of a gate held at bias a iff b >= a, ... *)
Theorem constant_gate (a b : R) (T : nat) : (1 <= T)%nat -> (logistic a ^ T <= logistic b ^ T <-> a <= b).
Proof.
  intro P. destruct (logistic_range a), (logistic_range b). split; intro L.
  - apply Rnot_lt_le. intro G. apply logistic_lt in G.
    assert (S : forall k, logistic b ^ S k < logistic a ^ S k).
    { induction k; [simpl; lra|]. rewrite <- (tech_pow_Rmult _ (S k)), <- (tech_pow_Rmult (logistic a)).
      apply Rmult_le_0_lt_compat; try lra. apply pow_le. lra. }
    destruct T; [lia|]. generalize (S T). lra.
  - apply pow_incr. split; [lra|]. destruct L as [L|<-]; [left; now apply logistic_lt|lra].
Qed.

(** ... and half of the error after T steps iff T is at most ln 2 / ln (1 + e^-b). *)
Theorem half_life (b : R) (T : nat) : 1 / 2 <= logistic b ^ T <-> INR T <= ln 2 / ln (1 + exp (- b)).
Proof.
  assert (E := exp_pos (- b)). assert (L : 0 < ln (1 + exp (- b))) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (F : logistic b ^ T = exp (- (INR T * ln (1 + exp (- b))))).
  { unfold logistic. rewrite (exp_Ropp (INR T * _)). rewrite <- Rinv_pow by lra. f_equal.
    rewrite <- Rpower_pow by lra. easy. }
  assert (H : 1 / 2 = exp (- ln 2)) by (rewrite exp_Ropp, exp_ln; lra).
  rewrite F, H.
  assert (Q : INR T <= ln 2 / ln (1 + exp (- b)) <-> INR T * ln (1 + exp (- b)) <= ln 2).
  { split; intro K.
    - apply Rmult_le_compat_r with (r := ln (1 + exp (- b))) in K; [|lra].
      replace (ln 2 / ln (1 + exp (- b)) * ln (1 + exp (- b))) with (ln 2) in K by (field; lra). easy.
    - apply Rmult_le_reg_r with (ln (1 + exp (- b))); [easy|].
      replace (ln 2 / ln (1 + exp (- b)) * ln (1 + exp (- b))) with (ln 2) by (field; lra). easy. }
  rewrite Q. split; intro K.
  - apply Rnot_lt_le. intro G. apply (Rle_not_lt _ _ K). apply exp_increasing. lra.
  - destruct (Req_dec (INR T * ln (1 + exp (- b))) (ln 2)) as [->|N]; [lra|].
    left. apply exp_increasing. lra.
Qed.
