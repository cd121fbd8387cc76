(** The 2-norm of n units: diagonal matrices of slopes, weight matrices, and the network's Jacobian F'(t) W. *)

Require Import Reals Lra Lia List Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations Paths ErrorFlow.
Open Scope R_scope.

Section Euclid.

Variable n : nat.

Definition norm2 (v : nat -> R) : R := sqrt (sum_over (units n) (fun l => v l ^ 2)).
Definition diag (d v : nat -> R) : nat -> R := fun l => d l * v l.
Definition weigh (W : nat -> nat -> R) (v : nat -> R) : nat -> R := fun i => sum_over (units n) (fun j => W i j * v j).

Lemma norm2_pos (v : nat -> R) : 0 <= norm2 v.
Proof. apply sqrt_pos. Qed.

Lemma squares_pos (v : nat -> R) : 0 <= sum_over (units n) (fun l => v l ^ 2).
Proof. apply sum_over_pos. intros. apply pow2_ge_0. Qed.

Lemma norm2_le (u v : nat -> R) (c : R) : 0 <= c ->
  sum_over (units n) (fun l => u l ^ 2) <= c ^ 2 * sum_over (units n) (fun l => v l ^ 2) -> norm2 u <= c * norm2 v.
Proof.
  intros C H. unfold norm2. rewrite <- (sqrt_pow2 c) at 1 by easy.
  rewrite <- sqrt_mult by (apply pow2_ge_0 || apply squares_pos). now apply sqrt_le_1_alt.
Qed.

Lemma norm2_ge (u v : nat -> R) (c : R) : 0 <= c ->
  c ^ 2 * sum_over (units n) (fun l => v l ^ 2) <= sum_over (units n) (fun l => u l ^ 2) -> c * norm2 v <= norm2 u.
Proof.
  intros C H. unfold norm2. rewrite <- (sqrt_pow2 c) at 1 by easy.
  rewrite <- sqrt_mult by (apply pow2_ge_0 || apply squares_pos). now apply sqrt_le_1_alt.
Qed.

(** A diagonal matrix stretches by at most its largest modulus ... *)
Theorem diag_upper (d v : nat -> R) (gamma : R) :
  0 <= gamma -> (forall l, Rabs (d l) <= gamma) -> norm2 (diag d v) <= gamma * norm2 v.
Proof.
  intros G B. apply norm2_le; [easy|]. rewrite sum_over_scal. apply sum_over_le. intros l _. unfold diag.
  rewrite Rpow_mult_distr. apply Rmult_le_compat_r; [apply pow2_ge_0|].
  rewrite <- pow2_abs. apply pow_incr. split; [apply Rabs_pos|apply B].
Qed.

(** ... and at least by its smallest. *)
Theorem diag_lower (d v : nat -> R) (m : R) :
  0 <= m -> (forall l, m <= Rabs (d l)) -> m * norm2 v <= norm2 (diag d v).
Proof.
  intros M B. apply norm2_ge; [easy|]. rewrite sum_over_scal. apply sum_over_le. intros l _. unfold diag.
  rewrite Rpow_mult_distr. apply Rmult_le_compat_r; [apply pow2_ge_0|].
  rewrite <- (pow2_abs (d l)). apply pow_incr. split; [easy|apply B].
Qed.

(** Cauchy and Schwarz. *)
Lemma cauchy_schwarz (l : list nat) (a b : nat -> R) :
  sum_over l (fun j => a j * b j) ^ 2 <= sum_over l (fun j => a j ^ 2) * sum_over l (fun j => b j ^ 2).
Proof.
  induction l as [|k l]; cbn [sum_over]; [lra|].
  assert (A : 0 <= sum_over l (fun j => a j ^ 2)) by (apply sum_over_pos; intros; apply pow2_ge_0).
  assert (B : 0 <= sum_over l (fun j => b j ^ 2)) by (apply sum_over_pos; intros; apply pow2_ge_0).
  set (s := sum_over l (fun j => a j * b j)) in *.
  set (p := sum_over l (fun j => a j ^ 2)) in *. set (q := sum_over l (fun j => b j ^ 2)) in *.
  assert (K : 2 * (a k * b k * s) <= a k ^ 2 * q + p * b k ^ 2); [|nra].
  assert (Q : Rabs s <= sqrt p * sqrt q).
  { rewrite <- sqrt_mult by easy. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr. lra. }
  assert (P1 := sqrt_sqrt p A). assert (P2 := sqrt_sqrt q B).
  apply Rle_trans with (2 * (Rabs (a k) * Rabs (b k) * (sqrt p * sqrt q))).
  - apply Rmult_le_compat_l; [lra|]. apply Rle_trans with (1 := Rle_abs _). rewrite !Rabs_mult.
    apply Rmult_le_compat_l; [apply Rmult_le_pos; apply Rabs_pos|easy].
  - clear Q. rewrite <- (pow2_abs (a k)), <- (pow2_abs (b k)).
    set (P := sqrt p) in *. set (Q := sqrt q) in *. clearbody P Q. rewrite <- P1, <- P2.
    generalize (pow2_ge_0 (Rabs (a k) * Q - P * Rabs (b k))). nra.
Qed.

(** The Frobenius norm is a norm of W that can be computed: ||W v|| <= ||W||_F ||v||. *)
Definition frobenius (W : nat -> nat -> R) : R :=
  sqrt (sum_over (units n) (fun i => sum_over (units n) (fun j => W i j ^ 2))).

Theorem frobenius_upper (W : nat -> nat -> R) (v : nat -> R) : norm2 (weigh W v) <= frobenius W * norm2 v.
Proof.
  unfold frobenius. apply norm2_le; [apply sqrt_pos|].
  rewrite pow2_sqrt by (apply sum_over_pos; intros; apply sum_over_pos; intros; apply pow2_ge_0).
  rewrite Rmult_comm, sum_over_scal. apply sum_over_le. intros i _. unfold weigh. rewrite Rmult_comm.
  apply cauchy_schwarz.
Qed.

(** norm.entry_bound, for the 2-norm: no entry of W exceeds the factor by which W stretches. *)
Theorem entry_bound (W : nat -> nat -> R) (w : R) (i j : nat) : (i < n)%nat -> (j < n)%nat ->
  (forall v, norm2 (weigh W v) <= w * norm2 v) -> Rabs (W i j) <= w.
Proof.
  intros I K H. specialize (H (same j)).
  assert (E : forall u, weigh W (same j) u = W u j).
  { intro u. unfold weigh. rewrite <- (sum_over_same n j (W u)) by easy. apply sum_over_ext. intros. ring. }
  assert (N : norm2 (same j) = 1).
  { unfold norm2. rewrite <- sqrt_1. f_equal.
    rewrite sum_over_ext with (h := fun l => same j l * same j l) by (intros; ring).
    rewrite (sum_over_same n j (same j)) by easy. unfold same. now destruct (Nat.eq_dec j j). }
  rewrite N, Rmult_1_r in H. apply Rle_trans with (2 := H). unfold norm2.
  rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr.
  rewrite sum_over_ext with (h := fun u => W u j ^ 2) by (intros; now rewrite E).
  rewrite <- (sum_over_same n i (fun u => W u j * W u j)) by easy. apply sum_over_le. intros u _.
  unfold same. destruct (Nat.eq_dec i u); nra.
Qed.

(** rnn.vanishing, for n units in the 2-norm: slopes at most gamma, ||W v|| <= w ||v||. *)
Theorem network_bound (d : nat -> nat -> R) (W : nat -> nat -> R) (gamma w : R) (q : nat) (v : nat -> R) :
  0 <= gamma -> 0 <= w ->
  (forall t l, Rabs (d t l) <= gamma) -> (forall v, norm2 (weigh W v) <= w * norm2 v) ->
  norm2 (flow (fun t v => diag (d t) (weigh W v)) q v) <= (gamma * w) ^ q * norm2 v.
Proof.
  intros G P B H. apply (flow_bound_power norm2); [now apply Rmult_le_pos|].
  intros. apply (compose_bound norm2 (diag (d t)) (weigh W)); try easy. intro. now apply diag_upper.
Qed.

(** rnn.lower_bound, for n units in the 2-norm. *)
Theorem network_lower_bound (d : nat -> nat -> R) (W : nat -> nat -> R) (m s : R) (q : nat) (v : nat -> R) :
  0 <= m -> 0 <= s ->
  (forall t l, m <= Rabs (d t l)) -> (forall v, s * norm2 v <= norm2 (weigh W v)) ->
  (m * s) ^ q * norm2 v <= norm2 (flow (fun t v => diag (d t) (weigh W v)) q v).
Proof.
  intros M P B H. apply (flow_lower_bound_slopes norm2 (fun t => diag (d t)) (weigh W)); try easy.
  intros. now apply diag_lower.
Qed.

(** One step with logistic units, one with tanh units. *)
Theorem logistic_step (net : nat -> R) (W : nat -> nat -> R) (w : R) (v : nat -> R) :
  (forall v, norm2 (weigh W v) <= w * norm2 v) ->
  norm2 (diag (fun l => Derive logistic (net l)) (weigh W v)) <= 1 / 4 * w * norm2 v.
Proof.
  intro H. apply (compose_bound norm2 (diag _) (weigh W)); [lra| |easy].
  intro. apply diag_upper; [lra|]. intro l. destruct (logistic_slope (net l)) as [_ [? _]]. rewrite Rabs_right; lra.
Qed.

Theorem tanh_step (net : nat -> R) (W : nat -> nat -> R) (w : R) (v : nat -> R) :
  (forall v, norm2 (weigh W v) <= w * norm2 v) ->
  norm2 (diag (fun l => Derive tanh (net l)) (weigh W v)) <= 1 * w * norm2 v.
Proof.
  intro H. apply (compose_bound norm2 (diag _) (weigh W)); [lra| |easy].
  intro. apply diag_upper; [lra|]. intro l. destruct (tanh_slope (net l)) as [_ [? _]]. rewrite Rabs_right; lra.
Qed.

End Euclid.
