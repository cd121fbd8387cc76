(** A logistic network with weights 4W is a tanh network with weights W, seen in other units: y = (1 + h)/2. *)

Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations Paths.
Open Scope R_scope.

Section Conjugacy.

Variables (n : nat) (W : nat -> nat -> R) (b : nat -> R) (input : nat -> nat -> R) (h0 : nat -> R).

(** One layer of n units, its net input, and the two networks over time. *)
Fixpoint tanh_net (t v : nat) : R :=
  match t with
  | O => h0 v
  | S k => tanh (sum_over (units n) (fun l => W v l * tanh_net k l) + input (S k) v + b v)
  end.

Fixpoint logistic_net (t v : nat) : R :=
  match t with
  | O => (1 + h0 v) / 2
  | S k => logistic (sum_over (units n) (fun l => 4 * W v l * logistic_net k l) + 2 * input (S k) v
             + (2 * b v - 2 * sum_over (units n) (fun l => W v l)))
  end.

(** rnn.conjugacy: at every step and in every unit. *)
Theorem conjugate (t v : nat) : logistic_net t v = (1 + tanh_net t v) / 2.
Proof.
  revert v. induction t; intro v; [easy|]. cbn [logistic_net tanh_net].
  rewrite tanh_logistic.
  rewrite sum_over_ext with (h := fun l => 2 * W v l + 2 * (W v l * tanh_net t l))
    by (intros; rewrite IHt; field).
  rewrite <- sum_over_plus, <- !sum_over_scal.
  change (fun l => W v l) with (W v).
  match goal with |- logistic ?x = (1 + (2 * logistic ?y - 1)) / 2 => replace x with y by ring end. field.
Qed.

(** Both have the same Jacobian: the slope is a quarter, the weight four times as large. *)
Theorem same_jacobian (net w : R) : Derive logistic (2 * net) * (4 * w) = Derive tanh net * w.
Proof.
  destruct (logistic_slope (2 * net)) as [-> _]. destruct (tanh_slope net) as [-> _]. rewrite tanh_logistic. ring.
Qed.

End Conjugacy.
