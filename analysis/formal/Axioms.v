(** The analytic facts that the Python kernel takes on trust, one lemma for each entry of
    [analysis/errorflow/proof/checker/axioms.py]: the dots of a name are underscores here, and a test compares the two
    lists. *)

Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations.
Open Scope R_scope.

(** FUNCTIONS: the slope of each function as a polynomial in its own value. *)
Lemma function_logistic (a : R) : let v := logistic a in is_derive logistic a (v * (1 - v)).
Proof. apply is_derive_logistic. Qed.

Lemma function_tanh (a : R) : let v := tanh a in is_derive tanh a (1 - v ^ 2).
Proof. apply is_derive_tanh. Qed.

Lemma function_exp (a : R) : let v := exp a in is_derive exp a v.
Proof. apply is_derive_exp. Qed.

(** AXIOMS. *)
Lemma axiom_logistic_range (a : R) : let s := logistic a in s > 0 /\ 1 - s > 0.
Proof. destruct (logistic_range a). cbv zeta. lra. Qed.

Lemma axiom_logistic_centre (a : R) : let s := logistic a in s = 1 / 2 <-> a = 0.
Proof. apply logistic_centre. Qed.

Lemma axiom_logistic_exp (a c : R) : let s := logistic a in let e := exp c in c = 0 - a -> s * (1 + e) = 1.
Proof. intros s e ->. subst s e. rewrite Rminus_0_l. apply logistic_exp. Qed.

Lemma axiom_logistic_order (a b : R) : let s := logistic a in let r := logistic b in
  (s > r <-> a > b) /\ (s = r <-> a = b) /\ (s >= r <-> a >= b).
Proof.
  intros s r. subst s r. generalize (logistic_lt b a), (logistic_eq a b), (logistic_lt a b).
  unfold Rgt, Rge. intuition.
Qed.

Lemma axiom_tanh_range (b : R) : let t := tanh b in 1 - t > 0 /\ 1 + t > 0.
Proof. destruct (tanh_range b). cbv zeta. lra. Qed.

Lemma axiom_tanh_centre (b : R) : let t := tanh b in (t = 0 <-> b = 0) /\ (t > 0 <-> b > 0).
Proof.
  split; [|apply tanh_pos]. generalize (tanh_eq b 0). now rewrite tanh_zero.
Qed.

Lemma axiom_tanh_logistic (a b : R) : let s := logistic a in let t := tanh b in a = 2 * b -> t = 2 * s - 1.
Proof. intros s t ->. apply tanh_logistic. Qed.

Lemma axiom_tanh_order (a b : R) : let t := tanh b in let r := tanh a in (t > r <-> b > a) /\ (t = r <-> b = a).
Proof. split; [apply (tanh_lt a b)|apply tanh_eq]. Qed.

Lemma axiom_exp_positive (c : R) : let e := exp c in e > 0.
Proof. apply exp_pos. Qed.

Lemma axiom_exp_zero (c : R) : let e := exp c in c = 0 -> e = 1.
Proof. intros e ->. apply exp_0. Qed.

Lemma axiom_exp_tangent (c : R) : let e := exp c in e >= 1 + c.
Proof. apply Rle_ge, exp_ineq1_le. Qed.

Lemma axiom_exp_product (a b c : R) : let e := exp c in let x := exp a in let y := exp b in c = a + b -> e = x * y.
Proof. intros e x y ->. apply exp_plus. Qed.

Lemma axiom_exp_inverse (a c : R) : let e := exp c in let x := exp a in c = 0 - a -> e * x = 1.
Proof. intros e x ->. subst e x. rewrite <- exp_plus, <- exp_0. f_equal. ring. Qed.

Lemma axiom_exp_order (a c : R) : let e := exp c in let x := exp a in
  (e > x <-> c > a) /\ (e = x <-> c = a) /\ (e >= x <-> c >= a).
Proof.
  assert (L : forall u v, exp u < exp v <-> u < v) by (split; [apply exp_lt_inv|apply exp_increasing]).
  assert (E : forall u v, exp u = exp v <-> u = v) by (split; [apply exp_inv|now intros ->]).
  intros e x. subst e x. generalize (L a c), (E c a). unfold Rgt, Rge. intuition.
Qed.
