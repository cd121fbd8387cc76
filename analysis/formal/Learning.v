(** RTRL and BPTT compute the same gradient: matrices over any ring, commutative or not, any numbers n of units,
    p of weights and T of steps, any influence P_0 to begin with. *)

Require Import Arith Lia.
From Coquelicot Require Import Hierarchy.

Section Gradient.

Context {K : Ring} {n p : nat}.

Notation M := (@matrix K).
Notation "A * B" := (Mmult A B).
Notation "A + B" := (plus A B).

(** The state Jacobian J_t, the immediate influence B_t of the weights on the state, the derivative e_t of the loss. *)
Variables (J : nat -> M n n) (B : nat -> M n p) (e : nat -> M 1 n).

(** RTRL carries the influence P_t of the weights forwards, BPTT the error signal delta_t backwards from T. *)
Variables (P : nat -> M n p) (delta : nat -> M 1 n) (T : nat).
Hypothesis forwards : forall t, P (S t) = J (S t) * P t + B (S t).
Hypothesis backwards : forall t, (1 <= t < T)%nat -> delta t = e t + delta (S t) * J (S t).
Hypothesis last : delta T = e T.

(** The gradient of RTRL, the sum of e_t P_t over t = 1..k; that of BPTT, the sum of delta_t B_t, and what P_0 adds. *)
Fixpoint rtrl (k : nat) : M 1 p := match k with O => zero | S t => rtrl t + e (S t) * P (S t) end.
Fixpoint bptt (k : nat) : M 1 p := match k with O => delta 1 * J 1 * P 0 | S t => bptt t + delta (S t) * B (S t) end.

Lemma distribute_l (A : M 1 n) (X Y : M n p) : A * (X + Y) = A * X + A * Y.
Proof. apply Mmult_distr_l. Qed.

Lemma distribute_r (X Y : M 1 n) (A : M n p) : (X + Y) * A = X * A + Y * A.
Proof. apply Mmult_distr_r. Qed.

(** What BPTT has found up to step t, RTRL has found but for the error that has yet to come. *)
Lemma pairing (t : nat) : (t < T)%nat -> bptt t = rtrl t + delta (S t) * J (S t) * P t.
Proof.
  induction t; intro L; [symmetry; apply plus_zero_l|].
  change (bptt t + delta (S t) * B (S t) = rtrl t + e (S t) * P (S t) + delta (S (S t)) * J (S (S t)) * P (S t)).
  rewrite <- plus_assoc, <- distribute_r, <- backwards by lia.
  rewrite IHt by lia. now rewrite forwards, distribute_l, Mmult_assoc, plus_assoc.
Qed.

(** rtrl.equals_bptt: one gradient. *)
Theorem rtrl_equals_bptt : (1 <= T)%nat -> rtrl T = bptt T.
Proof.
  intro L. set (t := pred T). assert (E : delta (S t) = e (S t)) by (now replace (S t) with T by lia).
  replace T with (S t) by lia.
  change (rtrl t + e (S t) * P (S t) = bptt t + delta (S t) * B (S t)).
  assert (H : bptt t = rtrl t + delta (S t) * J (S t) * P t) by (apply pairing; lia).
  rewrite H, E, forwards, distribute_l, Mmult_assoc. apply plus_assoc.
Qed.

(** lag by lag: what the loss at step k owes to the use of the weights at step t is e_k X_k in RTRL,
    X_t = B_t and X_(s+1) = J_(s+1) X_s, and y_t B_t in BPTT, y_k = e_k and y_(s-1) = y_s J_s. *)
Theorem rtrl_equals_bptt_by_lag (X : nat -> M n p) (y : nat -> M 1 n) (t lag : nat) :
  X t = B t -> (forall s, X (S s) = J (S s) * X s) ->
  y (t + lag)%nat = e (t + lag)%nat -> (forall s, y s = y (S s) * J (S s)) ->
  e (t + lag)%nat * X (t + lag)%nat = y t * B t.
Proof.
  intros X0 XS Y0 YS. rewrite <- X0, <- Y0. clear X0 Y0. induction lag; [now rewrite Nat.add_0_r|].
  rewrite Nat.add_succ_r, XS, Mmult_assoc, <- YS. apply IHlag.
Qed.

End Gradient.
