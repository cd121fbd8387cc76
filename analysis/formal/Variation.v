(** One tanh unit that feeds itself, with any weight, any bias and any input: from most starts its error cannot explode,
    since what the slopes of h_q add up to over all starts in [-1, 1] is the length of an interval inside (-1, 1). *)

Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations ErrorFlow.
Import ListNotations.
Open Scope R_scope.

Section Unit.

Variables (w : R) (x : nat -> R).

(** h_t = tanh (w h_(t-1) + x_t); a bias is part of x_t. *)
Fixpoint driven (t : nat) (h0 : R) : R :=
  match t with O => h0 | S k => tanh (w * driven k h0 + x (S k)) end.

Definition slopes (q : nat) (h0 : R) : R := product (fun t => 1 - driven t h0 ^ 2) q.

(** The error flow is w^q times the product of the slopes. *)
Theorem driven_derivative (q : nat) (h0 : R) : is_derive (driven q) h0 (w ^ q * slopes q h0).
Proof.
  unfold slopes. induction q.
  - simpl. rewrite Rmult_1_l. apply (is_derive_id h0).
  - apply (is_derive_ext (fun h => tanh (w * driven q h + x (S q)))); [easy|]. cbn [product].
    set (p := product (fun t => 1 - driven t h0 ^ 2) q) in *.
    replace (w ^ S q * ((1 - driven (S q) h0 ^ 2) * p)) with
      (scal (plus (w * (w ^ q * p)) zero) (1 - tanh (w * driven q h0 + x (S q)) ^ 2))
      by (unfold scal, plus, zero; simpl; unfold mult; simpl; ring).
    apply (is_derive_comp tanh (fun h => w * driven q h + x (S q))); [apply is_derive_tanh|].
    apply (is_derive_plus (fun h => w * driven q h) (fun _ => x (S q))); [now apply is_derive_scal|].
    apply (is_derive_const (V := R_NormedModule) (x (S q)) h0).
Qed.

Lemma slopes_pos (q : nat) (h0 : R) : 0 < slopes q h0.
Proof.
  unfold slopes. induction q; cbn [product]; [lra|]. apply Rmult_lt_0_compat; [|easy].
  cbn [driven]. destruct (tanh_range (w * driven q h0 + x (S q))). nra.
Qed.

Lemma Derive_driven (q : nat) (h0 : R) : Derive (driven q) h0 = w ^ q * slopes q h0.
Proof. apply is_derive_unique, driven_derivative. Qed.

Lemma continuous_slopes (q : nat) (h0 : R) : continuous (slopes q) h0.
Proof.
  unfold slopes. induction q; cbn [product]; [apply continuous_const|].
  apply (continuous_mult (fun h => 1 - driven (S q) h ^ 2)); [|easy].
  apply (continuous_minus (fun _ => 1)); [apply continuous_const|].
  apply (continuous_ext (fun h => driven (S q) h * driven (S q) h)).
  { intro h. change (driven (S q) h * driven (S q) h = driven (S q) h ^ 2). ring. }
  assert (C : continuous (driven (S q)) h0) by (apply (ex_derive_continuous (driven (S q))); eexists; apply driven_derivative).
  now apply (continuous_mult (driven (S q))).
Qed.

(** The sign of the flow is the same from every start, so that this function rises with the start. *)
Definition sign : R := if Rle_dec 0 w then 1 else -1.

Lemma sign_power (q : nat) : sign ^ q * w ^ q = Rabs (w ^ q).
Proof.
  rewrite <- Rpow_mult_distr, <- RPow_abs. f_equal. unfold sign, Rabs. destruct Rle_dec, Rcase_abs; lra.
Qed.

Lemma sign_abs (q : nat) : Rabs (sign ^ q) = 1.
Proof.
  rewrite <- RPow_abs. unfold sign. destruct Rle_dec; [rewrite Rabs_R1|rewrite Rabs_left by lra; replace (- -1) with 1 by ring];
    apply pow1.
Qed.

Definition rising (q : nat) (h0 : R) : R := sign ^ q * driven q h0.

Lemma rising_derivative (q : nat) (h0 : R) : is_derive (rising q) h0 (Rabs (Derive (driven q) h0)).
Proof.
  rewrite Derive_driven, Rabs_mult, (Rabs_right (slopes q h0)) by (generalize (slopes_pos q h0); lra).
  rewrite <- sign_power, Rmult_assoc. apply is_derive_scal, driven_derivative.
Qed.

Lemma rising_grows (q : nat) (K a b : R) : a <= b -> (forall s, a <= s <= b -> K <= Rabs (Derive (driven q) s)) ->
  K * (b - a) <= rising q b - rising q a.
Proof.
  intros L H. destruct (MVT_gen (rising q) a b (fun s => Rabs (Derive (driven q) s))) as [c [C E]].
  - intros. apply rising_derivative.
  - intros. apply continuity_pt_filterlim, (ex_derive_continuous (rising q)). eexists. apply rising_derivative.
  - rewrite E. rewrite Rmin_left, Rmax_right in C by easy. apply Rmult_le_compat_r; [lra|now apply H].
Qed.

Lemma rising_range (q : nat) (h0 : R) : -1 <= h0 <= 1 -> -1 <= rising q h0 <= 1.
Proof.
  intro B. assert (A : Rabs (rising q h0) <= 1); [|revert A; unfold Rabs; destruct Rcase_abs; lra].
  unfold rising. rewrite Rabs_mult, sign_abs, Rmult_1_l.
  destruct q; [simpl; apply Rabs_le; lra|].
  cbn [driven]. destruct (tanh_range (w * driven q h0 + x (S q))). apply Rabs_le. lra.
Qed.

(** rnn.scalar_variation: the error, added up over all starts in [-1, 1], is the distance of the two extreme orbits,
    at most 2 ... *)
Theorem variation (q : nat) :
  is_RInt (fun s => Rabs (Derive (driven q) s)) (-1) 1 (Rabs (driven q 1 - driven q (-1))) /\
  Rabs (driven q 1 - driven q (-1)) <= 2.
Proof.
  assert (G : 0 * (1 - -1) <= rising q 1 - rising q (-1)) by (apply rising_grows; [lra|intros; apply Rabs_pos]).
  assert (E : Rabs (driven q 1 - driven q (-1)) = rising q 1 - rising q (-1)).
  { rewrite <- (Rabs_right (rising q 1 - rising q (-1))) by lra. unfold rising.
    rewrite <- Rmult_minus_distr_l, Rabs_mult, sign_abs. ring. }
  split.
  - rewrite E. apply (is_RInt_derive (rising q)); [intros; apply rising_derivative|]. intros s _.
    apply (continuous_ext (fun s => scal (Rabs (w ^ q)) (slopes q s))).
    + intro. rewrite Derive_driven, Rabs_mult. unfold scal; simpl; unfold mult; simpl. f_equal.
      symmetry. apply Rabs_right. generalize (slopes_pos q x0). lra.
    + apply (continuous_scal_r (Rabs (w ^ q)) (slopes q)), continuous_slopes.
  - rewrite E. destruct (rising_range q 1), (rising_range q (-1)); lra.
Qed.

(** ... and intervals of starts, one after the other, from which the error is at least K have lengths of at most 2/K. *)
Fixpoint inside (low high : R) (l : list (R * R)) : Prop :=
  match l with [] => low <= high | (a, b) :: r => low <= a /\ a <= b /\ inside b high r end.

Fixpoint total (l : list (R * R)) : R := match l with [] => 0 | (a, b) :: r => b - a + total r end.

Lemma steep (q : nat) (K high : R) (l : list (R * R)) (low : R) : inside low high l ->
  (forall a b s, In (a, b) l -> a <= s <= b -> K <= Rabs (Derive (driven q) s)) ->
  K * total l <= rising q high - rising q low.
Proof.
  assert (M : forall a b, a <= b -> 0 <= rising q b - rising q a).
  { intros a b L. replace 0 with (0 * (b - a)) by ring. apply rising_grows; [easy|]. intros. apply Rabs_pos. }
  revert low. induction l as [|[a b] r I]; intros low C H; cbn [inside total] in *; [rewrite Rmult_0_r; now apply M|].
  destruct C as [C1 [C2 C3]]. assert (P := M low a C1).
  assert (Q : K * (b - a) <= rising q b - rising q a) by (apply rising_grows; [easy|]; intros; apply (H a b); [now left|easy]).
  assert (T : K * total r <= rising q high - rising q b) by (apply I; [easy|]; intros; apply (H a0 b0); [now right|easy]).
  lra.
Qed.

Theorem steep_starts (q : nat) (K : R) (l : list (R * R)) : 0 < K -> inside (-1) 1 l ->
  (forall a b s, In (a, b) l -> a <= s <= b -> K <= Rabs (Derive (driven q) s)) -> total l <= 2 / K.
Proof.
  intros P C H. assert (T := steep q K 1 l (-1) C H). destruct (rising_range q 1), (rising_range q (-1)); try lra.
  apply Rmult_le_reg_l with K; [easy|]. replace (K * (2 / K)) with 2 by (field; lra). lra.
Qed.

End Unit.
