(** The constant error carousel, forget gates, and what is left of the error when the other paths are cut. *)

Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import ErrorFlow LSTM.
Open Scope R_scope.

(** The cell states of 1997, s_t = s_(t-1) + u_t, where u_t = y_in g(net_c) does not depend on them once the paths
    through gates and cell inputs are truncated. Any number of cells: E is any normed space. *)
Section Carousel.

Context {E : NormedModule R_AbsRing}.

Fixpoint cell_state (u : nat -> E) (q : nat) (s : E) : E :=
  match q with O => s | S k => plus (cell_state u k s) (u (S k)) end.

(** T23, lstm1997.carousel: the derivative of s_q in s_0 is the identity, at every lag q. *)
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

(** T23: without forget gates, F = I, it is [[I, 0], [D_q, 0]] at every lag: no factor from the steps in between. *)
Corollary truncated_carousel (q : nat) (c : C) (h : H) : (1 <= q)%nat -> (forall t c, F t c = c) ->
  truncated q (c, h) = (c, D q c).
Proof.
  intros Q I. rewrite truncated_product by easy.
  assert (E : flow F q c = c) by (clear Q; induction q; simpl; [easy|now rewrite I]). now rewrite E.
Qed.

End Truncated.
