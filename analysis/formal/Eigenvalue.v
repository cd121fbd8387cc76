(** Eigenvalue conditions that are true: the spectral radius of the entrywise absolute W instead of that of W.

    A vector x > 0 with gamma |W| x <= r x, entry by entry, is the certificate: such an x exists for a number r < 1
    exactly if gamma rho(|W|) < 1. Norms are those weighted by x. *)

Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Paths.
Open Scope R_scope.

Section Absolute.

Variables (n : nat) (W f : nat -> nat -> R) (x : nat -> R) (gamma r : R).
Hypotheses (x_pos : forall l, 0 < x l) (gamma_pos : 0 <= gamma) (r_pos : 0 <= r).
Hypothesis slopes : forall m l, Rabs (f m l) <= gamma.
Hypothesis certificate : forall i, (i < n)%nat -> gamma * sum_over (units n) (fun j => Rabs (W i j) * x j) <= r * x i.

(** rnn.absolute_radius, along the orbit: |v_i| <= c x_i for all units becomes |(J_q ... J_1 v)_i| <= r^q c x_i,
    where J_t v = F'(t) W v. *)
Fixpoint orbit (v : nat -> R) (q i : nat) : R :=
  match q with O => v i | S k => f (S k) i * sum_over (units n) (fun j => W i j * orbit v k j) end.

Theorem orbit_bound (v : nat -> R) (c : R) (q i : nat) : 0 <= c -> (i < n)%nat ->
  (forall l, (l < n)%nat -> Rabs (v l) <= c * x l) -> Rabs (orbit v q i) <= r ^ q * c * x i.
Proof.
  intros C I B. revert i I. induction q; intros i I; cbn [orbit pow]; [rewrite Rmult_1_l; auto|].
  assert (P : 0 <= r ^ q * c) by (apply Rmult_le_pos; [now apply pow_le|easy]).
  apply Rle_trans with (gamma * sum_over (units n) (fun j => Rabs (W i j) * (r ^ q * c * x j))).
  - rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [apply slopes|].
    apply Rle_trans with (1 := sum_over_abs _ _). apply sum_over_le. intros j J. apply in_units in J.
    rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|auto].
  - rewrite sum_over_ext with (h := fun j => r ^ q * c * (Rabs (W i j) * x j)) by (intros; ring).
    rewrite <- sum_over_scal.
    replace (r * r ^ q * c * x i) with (r ^ q * c * (r * x i)) by ring.
    rewrite <- Rmult_assoc, (Rmult_comm gamma), Rmult_assoc. apply Rmult_le_compat_l; auto.
Qed.

(** rnn.absolute_radius for the flow W F'(t-1) ... W F'(t-q) of the paper: ||flow||_x <= r^q, row by row, ... *)
Theorem flow_row_bound (q u : nat) : (u < n)%nat ->
  sum_over (units n) (fun v => Rabs (flow n W f q u v) * x v) <= r ^ q * x u.
Proof.
  intro U. induction q.
  - rewrite Rmult_1_l, <- (sum_over_same n u x U). right. apply sum_over_ext. intros v _. simpl. unfold same.
    destruct (Nat.eq_dec u v); now rewrite ?Rabs_R0, ?Rabs_R1.
  - apply Rle_trans with (sum_over (units n) (fun v => sum_over (units n) (fun l =>
      Rabs (flow n W f q u l) * (gamma * (Rabs (W l v) * x v))))).
    + apply sum_over_le. intros v _. cbn [flow]. rewrite Rabs_mult.
      apply Rle_trans with (gamma * sum_over (units n) (fun l => Rabs (flow n W f q u l) * Rabs (W l v)) * x v).
      * apply Rmult_le_compat_r; [left; apply x_pos|]. apply Rmult_le_compat; try apply Rabs_pos; [apply slopes|].
        apply Rle_trans with (1 := sum_over_abs _ _). right. apply sum_over_ext. intros. apply Rabs_mult.
      * right. rewrite Rmult_assoc, (Rmult_comm (sum_over _ _)), <- Rmult_assoc, sum_over_scal.
        apply sum_over_ext. intros. ring.
    + rewrite sum_over_swap. apply Rle_trans with (sum_over (units n) (fun l => r * (Rabs (flow n W f q u l) * x l))).
      * apply sum_over_le. intros l L. apply in_units in L. rewrite <- sum_over_scal, <- sum_over_scal.
        replace (r * (Rabs (flow n W f q u l) * x l)) with (Rabs (flow n W f q u l) * (r * x l)) by ring.
        apply Rmult_le_compat_l; [apply Rabs_pos|auto].
      * rewrite <- sum_over_scal. simpl. rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

Corollary flow_entry_bound (q u v : nat) : (u < n)%nat -> (v < n)%nat ->
  Rabs (flow n W f q u v) <= r ^ q * (x u / x v).
Proof.
  intros U V. apply Rmult_le_reg_r with (x v); [apply x_pos|].
  replace (r ^ q * (x u / x v) * x v) with (r ^ q * x u) by (field; apply Rgt_not_eq, x_pos).
  apply Rle_trans with (2 := flow_row_bound q u U).
  assert (P : forall l, In l (units n) -> 0 <= Rabs (flow n W f q u l) * x l).
  { intros. apply Rmult_le_pos; [apply Rabs_pos|left; apply x_pos]. }
  apply in_units in V. revert V P. generalize (units n). induction l as [|k l]; intros V P; [easy|].
  cbn [sum_over]. destruct V as [->|V].
  - assert (0 <= sum_over l (fun v => Rabs (flow n W f q u v) * x v)); [|lra].
    apply sum_over_pos. intros. apply P. now right.
  - assert (0 <= Rabs (flow n W f q u k) * x k) by (apply P; now left).
    assert (Rabs (flow n W f q u v) * x v <= sum_over l (fun v => Rabs (flow n W f q u v) * x v)); [|lra].
    apply IHl; [easy|]. intros. apply P. now right.
Qed.

(** ... and it vanishes if r < 1. *)
Theorem flow_vanishes (u v : nat) : r < 1 -> (u < n)%nat -> (v < n)%nat ->
  is_lim_seq (fun q => flow n W f q u v) 0.
Proof.
  intros R1 U V. apply is_lim_seq_abs_0.
  apply is_lim_seq_le_le with (fun _ => 0) (fun q => r ^ q * (x u / x v)).
  - intro q. split; [apply Rabs_pos|now apply flow_entry_bound].
  - apply is_lim_seq_const.
  - replace (Finite 0) with (Rbar_mult 0 (x u / x v)) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_r, is_lim_seq_geom. rewrite Rabs_right; lra.
Qed.

End Absolute.

Section Nonnegative.

Variables (n : nat) (W f : nat -> nat -> R) (m : R).
Hypotheses (W_pos : forall i j, 0 <= W i j) (m_pos : 0 <= m) (slopes : forall t l, m <= f t l).

(** W^q. *)
Fixpoint power (q u v : nat) : R :=
  match q with O => same u v | S k => sum_over (units n) (fun l => power k u l * W l v) end.

Lemma power_pos (q u v : nat) : 0 <= power q u v.
Proof.
  revert v. induction q; intro v; simpl.
  - unfold same. destruct (Nat.eq_dec u v); lra.
  - apply sum_over_pos. intros. now apply Rmult_le_pos.
Qed.

(** rnn.nonnegative_bound: nonnegative weights and slopes at least m >= 0 give flow >= m^q W^q, entry by entry. *)
Theorem nonnegative_bound (q u v : nat) : m ^ q * power q u v <= flow n W f q u v.
Proof.
  revert v. induction q; intro v; [simpl; lra|]. cbn [flow power pow].
  rewrite Rmult_assoc, sum_over_scal.
  apply Rle_trans with (m * sum_over (units n) (fun l => flow n W f q u l * W l v)).
  - apply Rmult_le_compat_l; [easy|]. apply sum_over_le. intros. rewrite <- Rmult_assoc. now apply Rmult_le_compat_r.
  - apply Rmult_le_compat_r; [|easy]. apply sum_over_pos. intros l _. apply Rmult_le_pos; [|easy].
    apply Rle_trans with (2 := IHq l). apply Rmult_le_pos; [now apply pow_le|apply power_pos].
Qed.

(** The same with a vector x >= 0 that W stretches by rho, as the Perron vector does: the flow stretches it by (m rho)^q. *)
Corollary nonnegative_growth (x : nat -> R) (rho : R) (q u : nat) : (u < n)%nat -> 0 <= rho ->
  (forall l, 0 <= x l) -> (forall i, (i < n)%nat -> rho * x i <= sum_over (units n) (fun j => W i j * x j)) ->
  (m * rho) ^ q * x u <= sum_over (units n) (fun v => flow n W f q u v * x v).
Proof.
  intros U P X S.
  apply Rle_trans with (m ^ q * sum_over (units n) (fun v => power q u v * x v)).
  - rewrite Rpow_mult_distr, Rmult_assoc. apply Rmult_le_compat_l; [now apply pow_le|].
    induction q; simpl.
    + rewrite Rmult_1_l, (sum_over_same n u x U). lra.
    + rewrite Rmult_assoc. apply Rle_trans with (1 := Rmult_le_compat_l _ _ _ P IHq).
      rewrite sum_over_scal.
      rewrite sum_over_ext with (l := units n) (h := fun v => sum_over (units n) (fun l => power q u l * (W l v * x v)))
        (g := fun v => sum_over (units n) (fun l => power q u l * W l v) * x v).
      * rewrite sum_over_swap. apply sum_over_le. intros l L. apply in_units in L.
        rewrite <- sum_over_scal. replace (rho * (power q u l * x l)) with (power q u l * (rho * x l)) by ring.
        apply Rmult_le_compat_l; [apply power_pos|auto].
      * intros v _. rewrite Rmult_comm, sum_over_scal. apply sum_over_ext. intros. ring.
  - rewrite sum_over_scal. apply sum_over_le. intros v _. rewrite <- Rmult_assoc.
    apply Rmult_le_compat_r; [easy|apply nonnegative_bound].
Qed.

End Nonnegative.
