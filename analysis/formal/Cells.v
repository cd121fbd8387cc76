(** The two-sided theorem for LSTM cells of n units in the 2-norm: forget gates and output slopes on the diagonal, any
    weight matrices behind the gates. *)

Require Import Reals Lra Psatz List FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Paths Euclid LSTM.
Open Scope R_scope.

Section Cells.

Variable n : nat.

Lemma minkowski (u v : nat -> R) : norm2 n (fun l => u l + v l) <= norm2 n u + norm2 n v.
Proof.
  assert (C := cauchy_schwarz (units n) u v).
  assert (P := squares_pos n u). assert (Q := squares_pos n v). unfold norm2.
  set (p := sum_over (units n) (fun l => u l ^ 2)) in *. set (q := sum_over (units n) (fun l => v l ^ 2)) in *.
  set (s := sum_over (units n) (fun l => u l * v l)) in *.
  replace (sum_over (units n) (fun l => (u l + v l) ^ 2)) with (p + 2 * s + q).
  2: { unfold p, q, s. rewrite !sum_over_scal, !sum_over_plus. apply sum_over_ext. intros. ring. }
  assert (S : s <= sqrt p * sqrt q).
  { apply Rle_trans with (1 := Rle_abs s). rewrite <- sqrt_mult by easy. rewrite <- sqrt_Rsqr_abs.
    apply sqrt_le_1_alt. unfold Rsqr. lra. }
  assert (P1 := sqrt_sqrt p P). assert (Q1 := sqrt_sqrt q Q). assert (P0 := sqrt_pos p). assert (Q0 := sqrt_pos q).
  apply Rle_trans with (sqrt ((sqrt p + sqrt q) ^ 2)); [apply sqrt_le_1_alt; nra|].
  right. apply sqrt_pow2. lra.
Qed.

(** Vectors as functions of the unit, which are equal where they are equal in every unit. *)
Definition vectors : AbelianGroup.
Proof.
  refine (AbelianGroup.Pack (nat -> R) (AbelianGroup.Mixin _ (fun u v l => u l + v l) (fun u l => - u l)
    (fun _ => 0) _ _ _ _) (nat -> R)); intros; apply functional_extensionality; intro; ring.
Defined.

Definition euclid : Normed.
Proof.
  apply (Build_Normed vectors (norm2 n)).
  - apply norm2_pos.
  - apply minkowski.
  - intro v. unfold norm2. f_equal. apply sum_over_ext. intros. unfold opp. simpl. ring.
  - unfold norm2. rewrite <- sqrt_0. f_equal.
    rewrite sum_over_ext with (h := fun _ => 0); [rewrite sum_over_constant; ring|].
    intros. unfold zero. simpl. ring.
Defined.

Variables (f o : nat -> nat -> R) (A B : nat -> nat -> nat -> R) (alpha d beta : R).
Hypotheses (alpha_pos : 0 <= alpha) (d_pos : 0 <= d) (beta_pos : 0 <= beta).
Hypothesis output_slopes : forall t l, Rabs (o t l) <= d.
Hypothesis gates : forall t v, norm2 n (weigh n (A t) v) <= alpha * norm2 n v.
Hypothesis output_gate : forall t v, norm2 n (weigh n (B t) v) <= beta * norm2 n v.

(** The error (dc, dh) after q steps: dc' = D(f) dc + A dh, dh' = D(o) dc' + B dh. *)
Definition cell_error (q : nat) (e : (nat -> R) * (nat -> R)) : (nat -> R) * (nat -> R) :=
  error (C := euclid) (H := euclid)
    (fun t c => diag (f t) c) (fun t h => weigh n (A t) h) (fun t c => diag (o t) c) (fun t h => weigh n (B t) h) q e.

(** lstm.vanishing. *)
Theorem cells_vanish (phi : R) (c h : nat -> R) : 0 <= phi -> (forall t l, Rabs (f t l) <= phi) ->
  phi < 1 -> beta < 1 -> d * alpha < (1 - phi) * (1 - beta) ->
  is_lim_seq (fun q => norm2 n (fst (cell_error q (c, h))) + norm2 n (snd (cell_error q (c, h)))) 0.
Proof.
  intros P F. intros. apply (lstm_vanishing (C := euclid) (H := euclid)) with alpha d beta phi; try easy.
  - intros t x. now apply diag_upper.
  - intros t x. now apply diag_upper.
Qed.

(** lstm.lower_bound. *)
Theorem cells_lower_bound (mu : R) (q : nat) (c : nat -> R) : 0 < mu -> (forall t l, mu <= Rabs (f t l)) ->
  sqrt (alpha * d) + sqrt beta <= sqrt mu ->
  lambda_minus mu alpha d beta ^ q * norm2 n c <= norm2 n (fst (cell_error q (c, fun _ => 0))).
Proof.
  intros P F G. apply (lstm_lower_bound (C := euclid) (H := euclid)); try easy.
  - intros t x. now apply diag_upper.
  - intros t x. apply diag_lower; [lra|easy].
Qed.

End Cells.
