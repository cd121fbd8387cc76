(** Steps of the Python kernel's certificates as lemmas about reals, each proved here again.
    Written by [python -m errorflow.proof.coq generate], not by hand; a test compares the two. *)

Require Import Reals Lra.
From ErrorFlow Require Import Signs.
Open Scope R_scope.

(** d(s, x) = s*(1 - s) *)
Lemma logistic_slope_1 : forall s : R,
  (-1) * s ^ 2 + s = s * (1 - s).
Proof.
  intros. assert (H_equal : (-1) * s ^ 2 + s - (s * (1 - s)) = 0) by field.
  lra.
Qed.

(** d(s, x) > 0 *)
Lemma logistic_slope_2 : forall s : R,
  0 < s -> 0 < 1 - s -> (-1) * s ^ 2 + s > 0.
Proof.
  intros. assert (H_equal : (-1) * s ^ 2 + s - 0 = s * (1 - s)) by field.
  assert (H_sign : 0 < s * (1 - s)) by signs.
  lra.
Qed.

(** d(s, x) <= 1/4 *)
Lemma logistic_slope_3 : forall s : R,
  (-1) * s ^ 2 + s <= 1 / 4.
Proof.
  intros. assert (H_equal : 1 / 4 - ((-1) * s ^ 2 + s) = (s - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (s - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** d(s, x) <= 1/4, equal iff s = 1/2 *)
Lemma logistic_slope_3_zero : forall s : R,
  1 / 4 - ((-1) * s ^ 2 + s) = 0 <-> s = 1 / 2.
Proof.
  zero.
Qed.

(** d(t, x) = 1 - t**2 *)
Lemma tanh_slope_1 : forall t : R,
  (-1) * t ^ 2 + 1 = 1 - t ^ 2.
Proof.
  intros. assert (H_equal : (-1) * t ^ 2 + 1 - (1 - t ^ 2) = 0) by field.
  lra.
Qed.

(** d(t, x) > 0 *)
Lemma tanh_slope_2 : forall t : R,
  0 < 1 - t -> 0 < 1 + t -> (-1) * t ^ 2 + 1 > 0.
Proof.
  intros. assert (H_equal : (-1) * t ^ 2 + 1 - 0 = (1 - t) * (1 + t)) by field.
  assert (H_sign : 0 < (1 - t) * (1 + t)) by signs.
  lra.
Qed.

(** d(t, x) <= 1 *)
Lemma tanh_slope_3 : forall t : R,
  (-1) * t ^ 2 + 1 <= 1.
Proof.
  intros. assert (H_equal : 1 - ((-1) * t ^ 2 + 1) = t ^ 2) by field.
  assert (H_sign : 0 <= t ^ 2) by signs.
  lra.
Qed.

(** d(t, x) <= 1, equal iff t = 0 *)
Lemma tanh_slope_3_zero : forall t : R,
  1 - ((-1) * t ^ 2 + 1) = 0 <-> t = 0.
Proof.
  zero.
Qed.

(** h = t *)
Lemma squash_slopes_1 : forall s t : R,
  t = (2 * s) - 1 -> (2 * s) - 1 = t.
Proof.
  intros. assert (H_equal : (2 * s) - 1 - t = (- 1) * (t - ((2 * s) - 1))) by field.
  rewrite (Rminus_diag_eq t ((2 * s) - 1)) in H_equal by assumption.
  lra.
Qed.

(** d(h, x) = (1 - h**2)/2 *)
Lemma squash_slopes_2 : forall s : R,
  (-2) * s ^ 2 + 2 * s = (1 - ((2 * s) - 1) ^ 2) / 2.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - ((1 - ((2 * s) - 1) ^ 2) / 2) = 0) by field.
  lra.
Qed.

(** d(h, x) > 0 *)
Lemma squash_slopes_3 : forall s : R,
  0 < s -> 0 < 1 - s -> (-2) * s ^ 2 + 2 * s > 0.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - 0 = 2 * s * (1 - s)) by field.
  assert (H_sign : 0 < 2 * s * (1 - s)) by signs.
  lra.
Qed.

(** d(h, x) <= 1/2 *)
Lemma squash_slopes_4 : forall s : R,
  (-2) * s ^ 2 + 2 * s <= 1 / 2.
Proof.
  intros. assert (H_equal : 1 / 2 - ((-2) * s ^ 2 + 2 * s) = 2 * (s - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= 2 * (s - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** d(h, x) <= 1/2, equal iff s = 1/2 *)
Lemma squash_slopes_4_zero : forall s : R,
  1 / 2 - ((-2) * s ^ 2 + 2 * s) = 0 <-> s = 1 / 2.
Proof.
  zero.
Qed.

(** g = 2*t *)
Lemma squash_slopes_5 : forall s t : R,
  t = (2 * s) - 1 -> (4 * s) - 2 = 2 * t.
Proof.
  intros. assert (H_equal : (4 * s) - 2 - (2 * t) = (- 2) * (t - ((2 * s) - 1))) by field.
  rewrite (Rminus_diag_eq t ((2 * s) - 1)) in H_equal by assumption.
  lra.
Qed.

(** d(g, x) = 1 - g**2/4 *)
Lemma squash_slopes_6 : forall s : R,
  (-4) * s ^ 2 + 4 * s = 1 - (((4 * s) - 2) ^ 2 / 4).
Proof.
  intros. assert (H_equal : (-4) * s ^ 2 + 4 * s - (1 - (((4 * s) - 2) ^ 2 / 4)) = 0) by field.
  lra.
Qed.

(** d(g, x) > 0 *)
Lemma squash_slopes_7 : forall s : R,
  0 < s -> 0 < 1 - s -> (-4) * s ^ 2 + 4 * s > 0.
Proof.
  intros. assert (H_equal : (-4) * s ^ 2 + 4 * s - 0 = 4 * s * (1 - s)) by field.
  assert (H_sign : 0 < 4 * s * (1 - s)) by signs.
  lra.
Qed.

(** d(g, x) <= 1 *)
Lemma squash_slopes_8 : forall s : R,
  (-4) * s ^ 2 + 4 * s <= 1.
Proof.
  intros. assert (H_equal : 1 - ((-4) * s ^ 2 + 4 * s) = 4 * (s - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= 4 * (s - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** d(g, x) <= 1, equal iff s = 1/2 *)
Lemma squash_slopes_8_zero : forall s : R,
  1 - ((-4) * s ^ 2 + 4 * s) = 0 <-> s = 1 / 2.
Proof.
  zero.
Qed.

(** s*(1 + p) = p *)
Lemma squash_decay_1 : forall e p s : R,
  s * (1 + e) = 1 -> e * p = 1 -> s * (1 + p) = p.
Proof.
  intros. assert (H_equal : s * (1 + p) - p = p * ((s * (1 + e)) - 1) + (- s) * ((e * p) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e * p) 1) in H_equal by assumption.
  lra.
Qed.

(** d(h, x)*(1 + e)**2 = 2*e *)
Lemma squash_decay_2 : forall e s : R,
  s * (1 + e) = 1 -> ((-2) * s ^ 2 + 2 * s) * (1 + e) ^ 2 = 2 * e.
Proof.
  intros. assert (H_equal : ((-2) * s ^ 2 + 2 * s) * (1 + e) ^ 2 - (2 * e) = (((2 * e) - ((2 * e) * s)) - (2 * s)) *
    ((s * (1 + e)) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  lra.
Qed.

(** d(h, x)*(1 + p)**2 = 2*p *)
Lemma squash_decay_3 : forall p s : R,
  s * (1 + p) = p -> ((-2) * s ^ 2 + 2 * s) * (1 + p) ^ 2 = 2 * p.
Proof.
  intros. assert (H_equal : ((-2) * s ^ 2 + 2 * s) * (1 + p) ^ 2 - (2 * p) = ((2 - ((2 * p) * s)) - (2 * s)) * ((s *
    (1 + p)) - p)) by field.
  rewrite (Rminus_diag_eq (s * (1 + p)) p) in H_equal by assumption.
  lra.
Qed.

(** d(h, x) > 0 *)
Lemma squash_decay_4 : forall s : R,
  0 < s -> 0 < 1 - s -> (-2) * s ^ 2 + 2 * s > 0.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - 0 = 2 * s * (1 - s)) by field.
  assert (H_sign : 0 < 2 * s * (1 - s)) by signs.
  lra.
Qed.

(** 1 + s > 0 *)
Lemma squash_decay_5 : forall s : R,
  0 < s -> 1 + s > 0.
Proof.
  intros. assert (H_equal : 1 + s - 0 = 1 + s) by field.
  assert (H_sign : 0 < 1 + s) by signs.
  lra.
Qed.

(** 2 - s > 0 *)
Lemma squash_decay_6 : forall s : R,
  0 < 1 - s -> 2 - s > 0.
Proof.
  intros. assert (H_equal : 2 - s - 0 = 1 + (1 - s)) by field.
  assert (H_sign : 0 < 1 + (1 - s)) by signs.
  lra.
Qed.

(** d(h, x) = 2*s**2*e *)
Lemma squash_decay_7 : forall e s : R,
  s * (1 + e) = 1 -> (-2) * s ^ 2 + 2 * s = (2 * s ^ 2) * e.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - ((2 * s ^ 2) * e) = (- (2 * s)) * ((s * (1 + e)) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  lra.
Qed.

(** d(h, x) = 2*(1 - s)**2*p *)
Lemma squash_decay_8 : forall p s : R,
  s * (1 + p) = p -> (-2) * s ^ 2 + 2 * s = (2 * (1 - s) ^ 2) * p.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - ((2 * (1 - s) ^ 2) * p) = (2 - (2 * s)) * ((s * (1 + p)) - p)) by
    field.
  rewrite (Rminus_diag_eq (s * (1 + p)) p) in H_equal by assumption.
  lra.
Qed.

(** d(h, x) < 2*e *)
Lemma squash_decay_9 : forall e s : R,
  0 < e -> 0 < 1 - s -> 0 < 1 + s -> (-2) * s ^ 2 + 2 * s = (2 * s ^ 2) * e -> (-2) * s ^ 2 + 2 * s < 2 * e.
Proof.
  intros. assert (H_equal : 2 * e - ((-2) * s ^ 2 + 2 * s) = 2 * e * (1 - s) * (1 + s) + (- 1) * (((-2) * s ^ 2 + 2
    * s) - ((2 * s ^ 2) * e))) by field.
  rewrite (Rminus_diag_eq ((-2) * s ^ 2 + 2 * s) ((2 * s ^ 2) * e)) in H_equal by assumption.
  assert (H_sign : 0 < 2 * e * (1 - s) * (1 + s)) by signs.
  lra.
Qed.

(** d(h, x) < 2*p *)
Lemma squash_decay_10 : forall p s : R,
  0 < p -> 0 < s -> 0 < 2 - s -> (-2) * s ^ 2 + 2 * s = (2 * (1 - s) ^ 2) * p -> (-2) * s ^ 2 + 2 * s < 2 * p.
Proof.
  intros. assert (H_equal : 2 * p - ((-2) * s ^ 2 + 2 * s) = 2 * p * s * (2 - s) + (- 1) * (((-2) * s ^ 2 + 2 * s) -
    ((2 * (1 - s) ^ 2) * p))) by field.
  rewrite (Rminus_diag_eq ((-2) * s ^ 2 + 2 * s) ((2 * (1 - s) ^ 2) * p)) in H_equal by assumption.
  assert (H_sign : 0 < 2 * p * s * (2 - s)) by signs.
  lra.
Qed.

(** s*(1 + p) = p *)
Lemma squash_decay_11 : forall e p s : R,
  s * (1 + e) = 1 -> e * p = 1 -> s * (1 + p) = p.
Proof.
  intros. assert (H_equal : s * (1 + p) - p = p * ((s * (1 + e)) - 1) + (- s) * ((e * p) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e * p) 1) in H_equal by assumption.
  lra.
Qed.

(** p - 1 >= 0 *)
Lemma squash_decay_12 : forall p x : R,
  0 <= x -> 0 <= (p - 1) - x -> p - 1 >= 0.
Proof.
  intros. assert (H_equal : p - 1 - 0 = x + ((p - 1) - x)) by field.
  assert (H_sign : 0 <= x + ((p - 1) - x)) by signs.
  lra.
Qed.

(** 1 + p > 0 *)
Lemma squash_decay_13 : forall p : R,
  0 < p -> 1 + p > 0.
Proof.
  intros. assert (H_equal : 1 + p - 0 = 1 + p) by field.
  assert (H_sign : 0 < 1 + p) by signs.
  lra.
Qed.

(** (2*(s) - 1)*(1 + p) >= 0 *)
Lemma squash_decay_14 : forall p s : R,
  0 <= p - 1 -> s * (1 + p) = p -> ((2 * s) - 1) * (1 + p) >= 0.
Proof.
  intros. assert (H_equal : ((2 * s) - 1) * (1 + p) - 0 = (p - 1) + 2 * ((s * (1 + p)) - p)) by field.
  rewrite (Rminus_diag_eq (s * (1 + p)) p) in H_equal by assumption.
  assert (H_sign : 0 <= (p - 1)) by signs.
  lra.
Qed.

(** d(h, x) = 2*(s)**2*e *)
Lemma squash_decay_15 : forall e s : R,
  s * (1 + e) = 1 -> (-2) * s ^ 2 + 2 * s = (2 * s ^ 2) * e.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - ((2 * s ^ 2) * e) = (- (2 * s)) * ((s * (1 + e)) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  lra.
Qed.

(** 2*d(h, x) >= e *)
Lemma squash_decay_16 : forall e s : R,
  0 < e -> 0 <= (2 * s) - 1 -> (-2) * s ^ 2 + 2 * s = (2 * s ^ 2) * e -> 2 * ((-2) * s ^ 2 + 2 * s) >= e.
Proof.
  intros. assert (H_equal : 2 * ((-2) * s ^ 2 + 2 * s) - e = e * ((2 * s) - 1) ^ 2 + 2 * e * ((2 * s) - 1) + 2 *
    (((-2) * s ^ 2 + 2 * s) - ((2 * s ^ 2) * e))) by field.
  rewrite (Rminus_diag_eq ((-2) * s ^ 2 + 2 * s) ((2 * s ^ 2) * e)) in H_equal by assumption.
  assert (H_sign : 0 <= e * ((2 * s) - 1) ^ 2 + 2 * e * ((2 * s) - 1)) by signs.
  lra.
Qed.

(** s*(1 + p) = p *)
Lemma squash_decay_17 : forall e p s : R,
  s * (1 + e) = 1 -> e * p = 1 -> s * (1 + p) = p.
Proof.
  intros. assert (H_equal : s * (1 + p) - p = p * ((s * (1 + e)) - 1) + (- s) * ((e * p) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e * p) 1) in H_equal by assumption.
  lra.
Qed.

(** e - 1 >= 0 *)
Lemma squash_decay_18 : forall e x : R,
  0 <= 0 - x -> 0 <= (e - 1) + x -> e - 1 >= 0.
Proof.
  intros. assert (H_equal : e - 1 - 0 = (0 - x) + ((e - 1) + x)) by field.
  assert (H_sign : 0 <= (0 - x) + ((e - 1) + x)) by signs.
  lra.
Qed.

(** 1 + e > 0 *)
Lemma squash_decay_19 : forall e : R,
  0 < e -> 1 + e > 0.
Proof.
  intros. assert (H_equal : 1 + e - 0 = 1 + e) by field.
  assert (H_sign : 0 < 1 + e) by signs.
  lra.
Qed.

(** (2*(1 - s) - 1)*(1 + e) >= 0 *)
Lemma squash_decay_20 : forall e s : R,
  0 <= e - 1 -> s * (1 + e) = 1 -> ((2 * (1 - s)) - 1) * (1 + e) >= 0.
Proof.
  intros. assert (H_equal : ((2 * (1 - s)) - 1) * (1 + e) - 0 = (e - 1) + (- 2) * ((s * (1 + e)) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + e)) 1) in H_equal by assumption.
  assert (H_sign : 0 <= (e - 1)) by signs.
  lra.
Qed.

(** d(h, x) = 2*(1 - s)**2*p *)
Lemma squash_decay_21 : forall p s : R,
  s * (1 + p) = p -> (-2) * s ^ 2 + 2 * s = (2 * (1 - s) ^ 2) * p.
Proof.
  intros. assert (H_equal : (-2) * s ^ 2 + 2 * s - ((2 * (1 - s) ^ 2) * p) = (2 - (2 * s)) * ((s * (1 + p)) - p)) by
    field.
  rewrite (Rminus_diag_eq (s * (1 + p)) p) in H_equal by assumption.
  lra.
Qed.

(** 2*d(h, x) >= p *)
Lemma squash_decay_22 : forall p s : R,
  0 < p -> 0 <= (2 * (1 - s)) - 1 -> (-2) * s ^ 2 + 2 * s = (2 * (1 - s) ^ 2) * p -> 2 * ((-2) * s ^ 2 + 2 * s) >=
    p.
Proof.
  intros. assert (H_equal : 2 * ((-2) * s ^ 2 + 2 * s) - p = p * ((2 * (1 - s)) - 1) ^ 2 + 2 * p * ((2 * (1 - s)) -
    1) + 2 * (((-2) * s ^ 2 + 2 * s) - ((2 * (1 - s) ^ 2) * p))) by field.
  rewrite (Rminus_diag_eq ((-2) * s ^ 2 + 2 * s) ((2 * (1 - s) ^ 2) * p)) in H_equal by assumption.
  assert (H_sign : 0 <= p * ((2 * (1 - s)) - 1) ^ 2 + 2 * p * ((2 * (1 - s)) - 1)) by signs.
  lra.
Qed.

(** k = f*(1 - 2*s) *)
Lemma logistic_curvature_1 : forall s : R,
  2 * s ^ 3 + (-3) * s ^ 2 + s = ((-1) * s ^ 2 + s) * (1 - (2 * s)).
Proof.
  intros. assert (H_equal : 2 * s ^ 3 + (-3) * s ^ 2 + s - (((-1) * s ^ 2 + s) * (1 - (2 * s))) = 0) by field.
  lra.
Qed.

(** s*(1 - s) > 0 *)
Lemma logistic_curvature_2 : forall s : R,
  0 < s -> 0 < 1 - s -> s * (1 - s) > 0.
Proof.
  intros. assert (H_equal : s * (1 - s) - 0 = s * (1 - s)) by field.
  assert (H_sign : 0 < s * (1 - s)) by signs.
  lra.
Qed.

(** 108*k**2 <= 1 *)
Lemma logistic_curvature_3 : forall s : R,
  0 < s * (1 - s) -> 108 * (2 * s ^ 3 + (-3) * s ^ 2 + s) ^ 2 <= 1.
Proof.
  intros. assert (H_equal : 1 - (108 * (2 * s ^ 3 + (-3) * s ^ 2 + s) ^ 2) = (1 - ((6 * s) * (1 - s))) ^ 2 + 12 * (1
    - ((6 * s) * (1 - s))) ^ 2 * (s * (1 - s))) by field.
  assert (H_sign : 0 <= (1 - ((6 * s) * (1 - s))) ^ 2 + 12 * (1 - ((6 * s) * (1 - s))) ^ 2 * (s * (1 - s))) by
    signs.
  lra.
Qed.

(** (1 - 6*s*(1 - s))**2 >= 0 *)
Lemma logistic_curvature_4 : forall s : R,
  (1 - ((6 * s) * (1 - s))) ^ 2 >= 0.
Proof.
  intros. assert (H_equal : (1 - ((6 * s) * (1 - s))) ^ 2 - 0 = (1 - ((6 * s) * (1 - s))) ^ 2) by field.
  assert (H_sign : 0 <= (1 - ((6 * s) * (1 - s))) ^ 2) by signs.
  lra.
Qed.

(** (1 - 6*s*(1 - s))**2 >= 0, equal iff 1 - 6*s*(1 - s) = 0 *)
Lemma logistic_curvature_4_zero : forall s : R,
  (1 - ((6 * s) * (1 - s))) ^ 2 - 0 = 0 <-> 1 - ((6 * s) * (1 - s)) = 0.
Proof.
  zero.
Qed.

(** u > 0 *)
Lemma slopes_crossing_1 : forall e p u : R,
  0 < e -> 0 < p -> u = (p + e) / 2 -> u > 0.
Proof.
  intros. assert (H_equal : u - 0 = (1 / 2) * e + (1 / 2) * p + 1 * (u - ((p + e) / 2))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  assert (H_sign : 0 < (1 / 2) * e + (1 / 2) * p) by signs.
  lra.
Qed.

(** u**2 - 1 >= 0 *)
Lemma slopes_crossing_2 : forall e p u : R,
  u = (p + e) / 2 -> p * e = 1 -> u ^ 2 - 1 >= 0.
Proof.
  intros. assert (H_equal : u ^ 2 - 1 - 0 = (1 / 4) * (p - e) ^ 2 + ((((1 / 2) * e) + ((1 / 2) * p)) + u) * (u - ((p
    + e) / 2)) + 1 * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  assert (H_sign : 0 <= (1 / 4) * (p - e) ^ 2) by signs.
  lra.
Qed.

(** s*e*e = 1 - s *)
Lemma slopes_crossing_3 : forall e e2 s : R,
  e * e = e2 -> s * (1 + e2) = 1 -> (s * e) * e = 1 - s.
Proof.
  intros. assert (H_equal : (s * e) * e - (1 - s) = s * ((e * e) - e2) + 1 * ((s * (1 + e2)) - 1)) by field.
  rewrite (Rminus_diag_eq (e * e) e2) in H_equal by assumption.
  rewrite (Rminus_diag_eq (s * (1 + e2)) 1) in H_equal by assumption.
  lra.
Qed.

(** p*p*s = p*p - s *)
Lemma slopes_crossing_4 : forall e p s : R,
  (s * e) * e = 1 - s -> p * e = 1 -> (p * p) * s = (p * p) - s.
Proof.
  intros. assert (H_equal : (p * p) * s - ((p * p) - s) = (p * p) * (((s * e) * e) - (1 - s)) + (- (s * ((p * e) +
    1))) * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq ((s * e) * e) (1 - s)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  lra.
Qed.

(** 4*u**2*s*(1 - s) = 1 *)
Lemma slopes_crossing_5 : forall e p s u : R,
  u = (p + e) / 2 -> p * e = 1 -> (s * e) * e = 1 - s -> (p * p) * s = (p * p) - s -> ((4 * u ^ 2) * s) * (1 - s) =
    1.
Proof.
  intros. assert (H_equal : ((4 * u ^ 2) * s) * (1 - s) - 1 = (((((((2 * e) * s) - ((2 * e) * s ^ 2)) + ((2 * p) *
    s)) - ((2 * p) * s ^ 2)) - ((4 * s ^ 2) * u)) + ((4 * s) * u)) * (u - ((p + e) / 2)) + ((2 * s) - (2 * s ^ 2)) *
    ((p * e) - 1) + (1 - s) * (((s * e) * e) - (1 - s)) + (- s) * (((p * p) * s) - ((p * p) - s))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((s * e) * e) (1 - s)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((p * p) * s) ((p * p) - s)) in H_equal by assumption.
  lra.
Qed.

(** e**4 = e2**2 *)
Lemma slopes_crossing_6 : forall e e2 : R,
  e2 = e * e -> (e ^ 2) ^ 2 = e2 ^ 2.
Proof.
  intros. assert (H_equal : (e ^ 2) ^ 2 - (e2 ^ 2) = (- (e2 + (e * e))) * (e2 - (e * e))) by field.
  rewrite (Rminus_diag_eq e2 (e * e)) in H_equal by assumption.
  lra.
Qed.

(** z*e**4 = 1 - z *)
Lemma slopes_crossing_7 : forall e e2 e4 z : R,
  (e ^ 2) ^ 2 = e2 ^ 2 -> e2 ^ 2 = e4 -> z * (1 + e4) = 1 -> z * (e ^ 2) ^ 2 = 1 - z.
Proof.
  intros. assert (H_equal : z * (e ^ 2) ^ 2 - (1 - z) = z * ((e ^ 2) ^ 2 - e2 ^ 2) + z * (e2 ^ 2 - e4) + 1 * ((z *
    (1 + e4)) - 1)) by field.
  rewrite (Rminus_diag_eq ((e ^ 2) ^ 2) (e2 ^ 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e2 ^ 2) e4) in H_equal by assumption.
  rewrite (Rminus_diag_eq (z * (1 + e4)) 1) in H_equal by assumption.
  lra.
Qed.

(** p**4*z = p**4 - z *)
Lemma slopes_crossing_8 : forall e p z : R,
  z * (e ^ 2) ^ 2 = 1 - z -> p * e = 1 -> (p ^ 2) ^ 2 * z = (p ^ 2) ^ 2 - z.
Proof.
  intros. assert (H_equal : (p ^ 2) ^ 2 * z - ((p ^ 2) ^ 2 - z) = ((p ^ 2) ^ 2) * ((z * (e ^ 2) ^ 2) - (1 - z)) + (-
    ((z * ((p * e) + 1)) * ((((p * p) * e) * e) + 1))) * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq (z * (e ^ 2) ^ 2) (1 - z)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  lra.
Qed.

(** (2*u**2 - 1)**2*(1 - t**2) = 1 *)
Lemma slopes_crossing_9 : forall e p t u z : R,
  u = (p + e) / 2 -> t = (2 * z) - 1 -> p * e = 1 -> z * (e ^ 2) ^ 2 = 1 - z -> (p ^ 2) ^ 2 * z = (p ^ 2) ^ 2 - z ->
    ((2 * u ^ 2) - 1) ^ 2 * (1 - t ^ 2) = 1.
Proof.
  intros. assert (H_equal : ((2 * u ^ 2) - 1) ^ 2 * (1 - t ^ 2) - 1 = ((((((((((((((((((((((((((- (2 * e)) + ((1 /
    2) * e ^ 3)) - (((1 / 2) * e ^ 3) * t ^ 2)) + (((3 / 2) * e ^ 2) * p)) - ((((3 / 2) * e ^ 2) * p) * t ^ 2)) -
    ((e ^ 2 * t ^ 2) * u)) + (e ^ 2 * u)) + (((3 / 2) * e) * p ^ 2)) - ((((3 / 2) * e) * p ^ 2) * t ^ 2)) - ((((2 *
    e) * p) * t ^ 2) * u)) + (((2 * e) * p) * u)) + ((2 * e) * t ^ 2)) - (((2 * e) * t ^ 2) * u ^ 2)) + ((2 * e) * u
    ^ 2)) - (2 * p)) + ((1 / 2) * p ^ 3)) - (((1 / 2) * p ^ 3) * t ^ 2)) - ((p ^ 2 * t ^ 2) * u)) + (p ^ 2 * u)) +
    ((2 * p) * t ^ 2)) - (((2 * p) * t ^ 2) * u ^ 2)) + ((2 * p) * u ^ 2)) + ((4 * t ^ 2) * u)) - ((4 * t ^ 2) * u ^
    3)) - (4 * u)) + (4 * u ^ 3)) * (u - ((p + e) / 2)) + ((((((((((((((((((((((((((1 - e ^ 2) + ((1 / 4) * (e ^ 2)
    ^ 2)) - (((1 / 4) * (e ^ 2) ^ 2) * t)) - (((1 / 2) * (e ^ 2) ^ 2) * z)) + (e ^ 3 * p)) - ((e ^ 3 * p) * t)) -
    (((2 * e ^ 3) * p) * z)) + (((3 / 2) * e ^ 2) * p ^ 2)) - ((((3 / 2) * e ^ 2) * p ^ 2) * t)) - (((3 * e ^ 2) * p
    ^ 2) * z)) + (e ^ 2 * t)) + ((2 * e ^ 2) * z)) - ((2 * e) * p)) + (e * p ^ 3)) - ((e * p ^ 3) * t)) - (((2 * e)
    * p ^ 3) * z)) + (((2 * e) * p) * t)) + (((4 * e) * p) * z)) - p ^ 2) + ((1 / 4) * (p ^ 2) ^ 2)) - (((1 / 4) *
    (p ^ 2) ^ 2) * t)) - (((1 / 2) * (p ^ 2) ^ 2) * z)) + (p ^ 2 * t)) + ((2 * p ^ 2) * z)) - t) - (2 * z)) * (t -
    ((2 * z) - 1)) + (((((((((4 * e ^ 2) * z) - ((4 * e ^ 2) * z ^ 2)) + (((6 * e) * p) * z)) - (((6 * e) * p) * z ^
    2)) + ((4 * p ^ 2) * z)) - ((4 * p ^ 2) * z ^ 2)) - (2 * z)) + (2 * z ^ 2)) * ((p * e) - 1) + (1 - z) * ((z * (e
    ^ 2) ^ 2) - (1 - z)) + (- z) * (((p ^ 2) ^ 2 * z) - ((p ^ 2) ^ 2 - z))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq t ((2 * z) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (z * (e ^ 2) ^ 2) (1 - z)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((p ^ 2) ^ 2 * z) ((p ^ 2) ^ 2 - z)) in H_equal by assumption.
  lra.
Qed.

(** 2*u + 2*u**2 - 1 > 0 *)
Lemma slopes_crossing_10 : forall u : R,
  0 <= u - 1 -> ((2 * u) + (2 * u ^ 2)) - 1 > 0.
Proof.
  intros. assert (H_equal : ((2 * u) + (2 * u ^ 2)) - 1 - 0 = 3 + 6 * (u - 1) + 2 * (u - 1) ^ 2) by field.
  assert (H_sign : 0 < 3 + 6 * (u - 1) + 2 * (u - 1) ^ 2) by signs.
  lra.
Qed.

(** u + (r - 1)/2 > 0 *)
Lemma slopes_crossing_11 : forall r u : R,
  0 < r - 1 -> 0 < u -> u + ((r - 1) / 2) > 0.
Proof.
  intros. assert (H_equal : u + ((r - 1) / 2) - 0 = (1 / 2) * (r - 1) + u) by field.
  assert (H_sign : 0 < (1 / 2) * (r - 1) + u) by signs.
  lra.
Qed.

(** u > 0 *)
Lemma slopes_crossing_12 : forall e p u : R,
  0 < e -> 0 < p -> u = (p + e) / 2 -> u > 0.
Proof.
  intros. assert (H_equal : u - 0 = (1 / 2) * e + (1 / 2) * p + 1 * (u - ((p + e) / 2))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  assert (H_sign : 0 < (1 / 2) * e + (1 / 2) * p) by signs.
  lra.
Qed.

(** u**2 - 1 >= 0 *)
Lemma slopes_crossing_13 : forall e p u : R,
  u = (p + e) / 2 -> p * e = 1 -> u ^ 2 - 1 >= 0.
Proof.
  intros. assert (H_equal : u ^ 2 - 1 - 0 = (1 / 4) * (p - e) ^ 2 + ((((1 / 2) * e) + ((1 / 2) * p)) + u) * (u - ((p
    + e) / 2)) + 1 * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  assert (H_sign : 0 <= (1 / 4) * (p - e) ^ 2) by signs.
  lra.
Qed.

(** s*e*e = 1 - s *)
Lemma slopes_crossing_14 : forall e e2 s : R,
  e * e = e2 -> s * (1 + e2) = 1 -> (s * e) * e = 1 - s.
Proof.
  intros. assert (H_equal : (s * e) * e - (1 - s) = s * ((e * e) - e2) + 1 * ((s * (1 + e2)) - 1)) by field.
  rewrite (Rminus_diag_eq (e * e) e2) in H_equal by assumption.
  rewrite (Rminus_diag_eq (s * (1 + e2)) 1) in H_equal by assumption.
  lra.
Qed.

(** p*p*s = p*p - s *)
Lemma slopes_crossing_15 : forall e p s : R,
  (s * e) * e = 1 - s -> p * e = 1 -> (p * p) * s = (p * p) - s.
Proof.
  intros. assert (H_equal : (p * p) * s - ((p * p) - s) = (p * p) * (((s * e) * e) - (1 - s)) + (- (s * ((p * e) +
    1))) * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq ((s * e) * e) (1 - s)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  lra.
Qed.

(** 4*u**2*s*(1 - s) = 1 *)
Lemma slopes_crossing_16 : forall e p s u : R,
  u = (p + e) / 2 -> p * e = 1 -> (s * e) * e = 1 - s -> (p * p) * s = (p * p) - s -> ((4 * u ^ 2) * s) * (1 - s) =
    1.
Proof.
  intros. assert (H_equal : ((4 * u ^ 2) * s) * (1 - s) - 1 = (((((((2 * e) * s) - ((2 * e) * s ^ 2)) + ((2 * p) *
    s)) - ((2 * p) * s ^ 2)) - ((4 * s ^ 2) * u)) + ((4 * s) * u)) * (u - ((p + e) / 2)) + ((2 * s) - (2 * s ^ 2)) *
    ((p * e) - 1) + (1 - s) * (((s * e) * e) - (1 - s)) + (- s) * (((p * p) * s) - ((p * p) - s))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((s * e) * e) (1 - s)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((p * p) * s) ((p * p) - s)) in H_equal by assumption.
  lra.
Qed.

(** e**4 = e2**2 *)
Lemma slopes_crossing_17 : forall e e2 : R,
  e2 = e * e -> (e ^ 2) ^ 2 = e2 ^ 2.
Proof.
  intros. assert (H_equal : (e ^ 2) ^ 2 - (e2 ^ 2) = (- (e2 + (e * e))) * (e2 - (e * e))) by field.
  rewrite (Rminus_diag_eq e2 (e * e)) in H_equal by assumption.
  lra.
Qed.

(** z*e**4 = 1 - z *)
Lemma slopes_crossing_18 : forall e e2 e4 z : R,
  (e ^ 2) ^ 2 = e2 ^ 2 -> e2 ^ 2 = e4 -> z * (1 + e4) = 1 -> z * (e ^ 2) ^ 2 = 1 - z.
Proof.
  intros. assert (H_equal : z * (e ^ 2) ^ 2 - (1 - z) = z * ((e ^ 2) ^ 2 - e2 ^ 2) + z * (e2 ^ 2 - e4) + 1 * ((z *
    (1 + e4)) - 1)) by field.
  rewrite (Rminus_diag_eq ((e ^ 2) ^ 2) (e2 ^ 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e2 ^ 2) e4) in H_equal by assumption.
  rewrite (Rminus_diag_eq (z * (1 + e4)) 1) in H_equal by assumption.
  lra.
Qed.

(** p**4*z = p**4 - z *)
Lemma slopes_crossing_19 : forall e p z : R,
  z * (e ^ 2) ^ 2 = 1 - z -> p * e = 1 -> (p ^ 2) ^ 2 * z = (p ^ 2) ^ 2 - z.
Proof.
  intros. assert (H_equal : (p ^ 2) ^ 2 * z - ((p ^ 2) ^ 2 - z) = ((p ^ 2) ^ 2) * ((z * (e ^ 2) ^ 2) - (1 - z)) + (-
    ((z * ((p * e) + 1)) * ((((p * p) * e) * e) + 1))) * ((p * e) - 1)) by field.
  rewrite (Rminus_diag_eq (z * (e ^ 2) ^ 2) (1 - z)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  lra.
Qed.

(** (2*u**2 - 1)**2*(1 - t**2) = 1 *)
Lemma slopes_crossing_20 : forall e p t u z : R,
  u = (p + e) / 2 -> t = (2 * z) - 1 -> p * e = 1 -> z * (e ^ 2) ^ 2 = 1 - z -> (p ^ 2) ^ 2 * z = (p ^ 2) ^ 2 - z ->
    ((2 * u ^ 2) - 1) ^ 2 * (1 - t ^ 2) = 1.
Proof.
  intros. assert (H_equal : ((2 * u ^ 2) - 1) ^ 2 * (1 - t ^ 2) - 1 = ((((((((((((((((((((((((((- (2 * e)) + ((1 /
    2) * e ^ 3)) - (((1 / 2) * e ^ 3) * t ^ 2)) + (((3 / 2) * e ^ 2) * p)) - ((((3 / 2) * e ^ 2) * p) * t ^ 2)) -
    ((e ^ 2 * t ^ 2) * u)) + (e ^ 2 * u)) + (((3 / 2) * e) * p ^ 2)) - ((((3 / 2) * e) * p ^ 2) * t ^ 2)) - ((((2 *
    e) * p) * t ^ 2) * u)) + (((2 * e) * p) * u)) + ((2 * e) * t ^ 2)) - (((2 * e) * t ^ 2) * u ^ 2)) + ((2 * e) * u
    ^ 2)) - (2 * p)) + ((1 / 2) * p ^ 3)) - (((1 / 2) * p ^ 3) * t ^ 2)) - ((p ^ 2 * t ^ 2) * u)) + (p ^ 2 * u)) +
    ((2 * p) * t ^ 2)) - (((2 * p) * t ^ 2) * u ^ 2)) + ((2 * p) * u ^ 2)) + ((4 * t ^ 2) * u)) - ((4 * t ^ 2) * u ^
    3)) - (4 * u)) + (4 * u ^ 3)) * (u - ((p + e) / 2)) + ((((((((((((((((((((((((((1 - e ^ 2) + ((1 / 4) * (e ^ 2)
    ^ 2)) - (((1 / 4) * (e ^ 2) ^ 2) * t)) - (((1 / 2) * (e ^ 2) ^ 2) * z)) + (e ^ 3 * p)) - ((e ^ 3 * p) * t)) -
    (((2 * e ^ 3) * p) * z)) + (((3 / 2) * e ^ 2) * p ^ 2)) - ((((3 / 2) * e ^ 2) * p ^ 2) * t)) - (((3 * e ^ 2) * p
    ^ 2) * z)) + (e ^ 2 * t)) + ((2 * e ^ 2) * z)) - ((2 * e) * p)) + (e * p ^ 3)) - ((e * p ^ 3) * t)) - (((2 * e)
    * p ^ 3) * z)) + (((2 * e) * p) * t)) + (((4 * e) * p) * z)) - p ^ 2) + ((1 / 4) * (p ^ 2) ^ 2)) - (((1 / 4) *
    (p ^ 2) ^ 2) * t)) - (((1 / 2) * (p ^ 2) ^ 2) * z)) + (p ^ 2 * t)) + ((2 * p ^ 2) * z)) - t) - (2 * z)) * (t -
    ((2 * z) - 1)) + (((((((((4 * e ^ 2) * z) - ((4 * e ^ 2) * z ^ 2)) + (((6 * e) * p) * z)) - (((6 * e) * p) * z ^
    2)) + ((4 * p ^ 2) * z)) - ((4 * p ^ 2) * z ^ 2)) - (2 * z)) + (2 * z ^ 2)) * ((p * e) - 1) + (1 - z) * ((z * (e
    ^ 2) ^ 2) - (1 - z)) + (- z) * (((p ^ 2) ^ 2 * z) - ((p ^ 2) ^ 2 - z))) by field.
  rewrite (Rminus_diag_eq u ((p + e) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq t ((2 * z) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (p * e) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (z * (e ^ 2) ^ 2) (1 - z)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((p ^ 2) ^ 2 * z) ((p ^ 2) ^ 2 - z)) in H_equal by assumption.
  lra.
Qed.

(** d(s, x) = (2 - r)/2 *)
Lemma slopes_crossing_21 : forall r s u : R,
  ((4 * u ^ 2) * s) * (1 - s) = 1 -> u = (1 + r) / 2 -> r ^ 2 = 3 -> (-1) * s ^ 2 + s = (2 - r) / 2.
Proof.
  intros. assert (H_equal : (-1) * s ^ 2 + s - ((2 - r) / 2) = ((2 - r) / 2) * ((((4 * u ^ 2) * s) * (1 - s)) - 1) +
    (- (((s * (1 - s)) * (2 - r)) * (((2 * u) + 1) + r))) * (u - ((1 + r) / 2)) + (((s * (1 - s)) * r) / 2) * (r ^ 2
    - 3)) by field.
  rewrite (Rminus_diag_eq (((4 * u ^ 2) * s) * (1 - s)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq u ((1 + r) / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (r ^ 2) 3) in H_equal by assumption.
  lra.
Qed.

(** s = (1 + T)/2 *)
Lemma local_error_peak_gain_1 : forall T s : R,
  T = (2 * s) - 1 -> s = (1 + T) / 2.
Proof.
  intros. assert (H_equal : s - ((1 + T) / 2) = (- (1 / 2)) * (T - ((2 * s) - 1))) by field.
  rewrite (Rminus_diag_eq T ((2 * s) - 1)) in H_equal by assumption.
  lra.
Qed.

(** X*s*(1 - s) = (X - T)/4 *)
Lemma local_error_peak_gain_2 : forall T X s : R,
  T = (2 * s) - 1 -> X * T = 1 -> (X * s) * (1 - s) = (X - T) / 4.
Proof.
  intros. assert (H_equal : (X * s) * (1 - s) - ((X - T) / 4) = ((X / 4) * ((T + (2 * s)) - 1)) * (T - ((2 * s) -
    1)) + (- (T / 4)) * ((X * T) - 1)) by field.
  rewrite (Rminus_diag_eq T ((2 * s) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (X * T) 1) in H_equal by assumption.
  lra.
Qed.

(** X/2*(1 - T**2) = 2*X*s*(1 - s) *)
Lemma local_error_peak_gain_3 : forall T X s : R,
  T = (2 * s) - 1 -> (X / 2) * (1 - T ^ 2) = ((2 * X) * s) * (1 - s).
Proof.
  intros. assert (H_equal : (X / 2) * (1 - T ^ 2) - (((2 * X) * s) * (1 - s)) = (- ((X / 2) * ((T + (2 * s)) - 1)))
    * (T - ((2 * s) - 1))) by field.
  rewrite (Rminus_diag_eq T ((2 * s) - 1)) in H_equal by assumption.
  lra.
Qed.

(** s*(ex + 1) = ex *)
Lemma local_error_peak_gain_4 : forall en ex s : R,
  s * (1 + en) = 1 -> ex * en = 1 -> s * (ex + 1) = ex.
Proof.
  intros. assert (H_equal : s * (ex + 1) - ex = ex * ((s * (1 + en)) - 1) + (- s) * ((ex * en) - 1)) by field.
  rewrite (Rminus_diag_eq (s * (1 + en)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (ex * en) 1) in H_equal by assumption.
  lra.
Qed.

(** T*(ex + 1) = ex - 1 *)
Lemma local_error_peak_gain_5 : forall T ex s : R,
  T = (2 * s) - 1 -> s * (ex + 1) = ex -> T * (ex + 1) = ex - 1.
Proof.
  intros. assert (H_equal : T * (ex + 1) - (ex - 1) = (ex + 1) * (T - ((2 * s) - 1)) + 2 * ((s * (ex + 1)) - ex)) by
    field.
  rewrite (Rminus_diag_eq T ((2 * s) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (s * (ex + 1)) ex) in H_equal by assumption.
  lra.
Qed.

(** X*(ex - 1) = ex + 1 *)
Lemma local_error_peak_gain_6 : forall T X ex : R,
  X * T = 1 -> T * (ex + 1) = ex - 1 -> X * (ex - 1) = ex + 1.
Proof.
  intros. assert (H_equal : X * (ex - 1) - (ex + 1) = (ex + 1) * ((X * T) - 1) + (- X) * ((T * (ex + 1)) - (ex -
    1))) by field.
  rewrite (Rminus_diag_eq (X * T) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (T * (ex + 1)) (ex - 1)) in H_equal by assumption.
  lra.
Qed.

(** X - 1 > 0 *)
Lemma local_error_peak_gain_7 : forall T X : R,
  0 < X -> 0 < 1 - T -> X * T = 1 -> X - 1 > 0.
Proof.
  intros. assert (H_equal : X - 1 - 0 = X * (1 - T) + 1 * ((X * T) - 1)) by field.
  rewrite (Rminus_diag_eq (X * T) 1) in H_equal by assumption.
  assert (H_sign : 0 < X * (1 - T)) by signs.
  lra.
Qed.

(** el - 1 > 0 *)
Lemma local_error_peak_gain_8 : forall el : R,
  0 <= (el - 1) - (1543404638418208 / 1000000000000000) -> el - 1 > 0.
Proof.
  intros. assert (H_equal : el - 1 - 0 = (48231394950569 / 31250000000000) + ((el - 1) - (1543404638418208 /
    1000000000000000))) by field.
  assert (H_sign : 0 < (48231394950569 / 31250000000000) + ((el - 1) - (1543404638418208 / 1000000000000000))) by
    signs.
  lra.
Qed.

(** eh - 1 > 0 *)
Lemma local_error_peak_gain_9 : forall eh : R,
  0 <= (eh - 1) - (1543404638418209 / 1000000000000000) -> eh - 1 > 0.
Proof.
  intros. assert (H_equal : eh - 1 - 0 = (1543404638418209 / 1000000000000000) + ((eh - 1) - (1543404638418209 /
    1000000000000000))) by field.
  assert (H_sign : 0 < (1543404638418209 / 1000000000000000) + ((eh - 1) - (1543404638418209 / 1000000000000000)))
    by signs.
  lra.
Qed.

(** X + 1543404638418208/1000000000000000 - 4*2238716023471/10000000000000 > 0 *)
Lemma local_error_peak_gain_10 : forall X : R,
  0 < X - (1543404638418208 / 1000000000000000) -> (X + (1543404638418208 / 1000000000000000)) - ((4 *
    2238716023471) / 10000000000000) > 0.
Proof.
  intros. assert (H_equal : (X + (1543404638418208 / 1000000000000000)) - ((4 * 2238716023471) / 10000000000000) - 0
    = (X - (1543404638418208 / 1000000000000000)) + (((2 * 1543404638418208) / 1000000000000000) - ((4 *
    2238716023471) / 10000000000000))) by field.
  assert (H_sign : 0 < (X - (1543404638418208 / 1000000000000000)) + (((2 * 1543404638418208) / 1000000000000000) -
    ((4 * 2238716023471) / 10000000000000))) by signs.
  lra.
Qed.

(** X + 1543404638418209/1000000000000000 - 4*2238716023472/10000000000000 > 0 *)
Lemma local_error_peak_gain_11 : forall X : R,
  0 < X - (1543404638418208 / 1000000000000000) -> (X + (1543404638418209 / 1000000000000000)) - ((4 *
    2238716023472) / 10000000000000) > 0.
Proof.
  intros. assert (H_equal : (X + (1543404638418209 / 1000000000000000)) - ((4 * 2238716023472) / 10000000000000) - 0
    = (X - (1543404638418208 / 1000000000000000)) + (((1543404638418208 / 1000000000000000) + (1543404638418209 /
    1000000000000000)) - ((4 * 2238716023472) / 10000000000000))) by field.
  assert (H_sign : 0 < (X - (1543404638418208 / 1000000000000000)) + (((1543404638418208 / 1000000000000000) +
    (1543404638418209 / 1000000000000000)) - ((4 * 2238716023472) / 10000000000000))) by signs.
  lra.
Qed.

(** 4*X*X*s*(1 - s) = X**2 - 1 *)
Lemma local_error_peak_gain_12 : forall T X s : R,
  T = (2 * s) - 1 -> X * T = 1 -> (((4 * X) * X) * s) * (1 - s) = X ^ 2 - 1.
Proof.
  intros. assert (H_equal : (((4 * X) * X) * s) * (1 - s) - (X ^ 2 - 1) = (X ^ 2 * ((T + (2 * s)) - 1)) * (T - ((2 *
    s) - 1)) + (- ((X * T) + 1)) * ((X * T) - 1)) by field.
  rewrite (Rminus_diag_eq T ((2 * s) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (X * T) 1) in H_equal by assumption.
  lra.
Qed.

(** X**2 - 1 - 4*X*2238716023471/10000000000000 > 0 *)
Lemma local_error_peak_gain_13 : forall X : R,
  0 < X - (1543404638418208 / 1000000000000000) -> 0 < (X + (1543404638418208 / 1000000000000000)) - ((4 *
    2238716023471) / 10000000000000) -> (X ^ 2 - 1) - (((4 * X) * 2238716023471) / 10000000000000) > 0.
Proof.
  intros. assert (H_equal : (X ^ 2 - 1) - (((4 * X) * 2238716023471) / 10000000000000) - 0 = (X - (1543404638418208
    / 1000000000000000)) * ((X + (1543404638418208 / 1000000000000000)) - ((4 * 2238716023471) / 10000000000000)) +
    (((1543404638418208 / 1000000000000000) ^ 2 - ((((4 * 2238716023471) / 10000000000000) * 1543404638418208) /
    1000000000000000)) - 1)) by field.
  assert (H_sign : 0 < (X - (1543404638418208 / 1000000000000000)) * ((X + (1543404638418208 / 1000000000000000)) -
    ((4 * 2238716023471) / 10000000000000)) + (((1543404638418208 / 1000000000000000) ^ 2 - ((((4 * 2238716023471) /
    10000000000000) * 1543404638418208) / 1000000000000000)) - 1)) by signs.
  lra.
Qed.

(** 4*X*2238716023472/10000000000000 - X**2 + 1 > 0 *)
Lemma local_error_peak_gain_14 : forall X : R,
  0 < (1543404638418209 / 1000000000000000) - X -> 0 < (X + (1543404638418209 / 1000000000000000)) - ((4 *
    2238716023472) / 10000000000000) -> ((((4 * X) * 2238716023472) / 10000000000000) - X ^ 2) + 1 > 0.
Proof.
  intros. assert (H_equal : ((((4 * X) * 2238716023472) / 10000000000000) - X ^ 2) + 1 - 0 = ((1543404638418209 /
    1000000000000000) - X) * ((X + (1543404638418209 / 1000000000000000)) - ((4 * 2238716023472) / 10000000000000))
    + ((1 + ((((4 * 2238716023472) / 10000000000000) * 1543404638418209) / 1000000000000000)) - (1543404638418209 /
    1000000000000000) ^ 2)) by field.
  assert (H_sign : 0 < ((1543404638418209 / 1000000000000000) - X) * ((X + (1543404638418209 / 1000000000000000)) -
    ((4 * 2238716023472) / 10000000000000)) + ((1 + ((((4 * 2238716023472) / 10000000000000) * 1543404638418209) /
    1000000000000000)) - (1543404638418209 / 1000000000000000) ^ 2)) by signs.
  lra.
Qed.

(** d(s*(1 - s)*w, w) = s*(1 - s)*(1 - w*y*t) *)
Lemma local_error_peak_1 : forall s t w y : R,
  t = (2 * s) - 1 -> s * w * y + (-3) * s ^ 2 * w * y + 2 * s ^ 3 * w * y + (-1) * s ^ 2 + s = (s * (1 - s)) * (1 -
    ((w * y) * t)).
Proof.
  intros. assert (H_equal : s * w * y + (-3) * s ^ 2 * w * y + 2 * s ^ 3 * w * y + (-1) * s ^ 2 + s - ((s * (1 - s))
    * (1 - ((w * y) * t))) = ((- ((s ^ 2 * w) * y)) + ((s * w) * y)) * (t - ((2 * s) - 1))) by field.
  rewrite (Rminus_diag_eq t ((2 * s) - 1)) in H_equal by assumption.
  lra.
Qed.

(** sa*(1 - sa)*a = (a - ta)/4 *)
Lemma local_error_peak_2 : forall a sa ta : R,
  ta = (2 * sa) - 1 -> a * ta = 1 -> (sa * (1 - sa)) * a = (a - ta) / 4.
Proof.
  intros. assert (H_equal : (sa * (1 - sa)) * a - ((a - ta) / 4) = ((a / 4) * ((ta + (2 * sa)) - 1)) * (ta - ((2 *
    sa) - 1)) + (- (ta / 4)) * ((a * ta) - 1)) by field.
  rewrite (Rminus_diag_eq ta ((2 * sa) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (a * ta) 1) in H_equal by assumption.
  lra.
Qed.

(** -sb*(1 - sb)*b = (tb - b)/4 *)
Lemma local_error_peak_3 : forall b sb tb : R,
  tb = (2 * sb) - 1 -> b * tb = 1 -> - ((sb * (1 - sb)) * b) = (tb - b) / 4.
Proof.
  intros. assert (H_equal : - ((sb * (1 - sb)) * b) - ((tb - b) / 4) = (- ((b / 4) * ((tb + (2 * sb)) - 1))) * (tb -
    ((2 * sb) - 1)) + (tb / 4) * ((b * tb) - 1)) by field.
  rewrite (Rminus_diag_eq tb ((2 * sb) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (b * tb) 1) in H_equal by assumption.
  lra.
Qed.

(** sv*(ep + 1) = ep *)
Lemma local_error_peak_4 : forall en ep sv : R,
  sv * (1 + en) = 1 -> ep * en = 1 -> sv * (ep + 1) = ep.
Proof.
  intros. assert (H_equal : sv * (ep + 1) - ep = ep * ((sv * (1 + en)) - 1) + (- sv) * ((ep * en) - 1)) by field.
  rewrite (Rminus_diag_eq (sv * (1 + en)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (ep * en) 1) in H_equal by assumption.
  lra.
Qed.

(** tv*(ep + 1) = ep - 1 *)
Lemma local_error_peak_5 : forall ep sv tv : R,
  tv = (2 * sv) - 1 -> sv * (ep + 1) = ep -> tv * (ep + 1) = ep - 1.
Proof.
  intros. assert (H_equal : tv * (ep + 1) - (ep - 1) = (ep + 1) * (tv - ((2 * sv) - 1)) + 2 * ((sv * (ep + 1)) -
    ep)) by field.
  rewrite (Rminus_diag_eq tv ((2 * sv) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (sv * (ep + 1)) ep) in H_equal by assumption.
  lra.
Qed.

(** ep >= 3 *)
Lemma local_error_peak_6 : forall c ep v : R,
  0 <= (v + c) - 2 -> 0 <= ((ep - 1) - v) - c -> ep >= 3.
Proof.
  intros. assert (H_equal : ep - 3 = ((v + c) - 2) + (((ep - 1) - v) - c)) by field.
  assert (H_sign : 0 <= ((v + c) - 2) + (((ep - 1) - v) - c)) by signs.
  lra.
Qed.

(** ep + 1 > 0 *)
Lemma local_error_peak_7 : forall ep : R,
  0 < ep -> ep + 1 > 0.
Proof.
  intros. assert (H_equal : ep + 1 - 0 = 1 + ep) by field.
  assert (H_sign : 0 < 1 + ep) by signs.
  lra.
Qed.

(** v*tv >= 1 *)
Lemma local_error_peak_8 : forall tv v : R,
  0 <= tv - (1 / 2) -> 0 <= v - 2 -> v * tv >= 1.
Proof.
  intros. assert (H_equal : v * tv - 1 = 2 * (tv - (1 / 2)) + (1 / 2) * (v - 2) + (v - 2) * (tv - (1 / 2))) by
    field.
  assert (H_sign : 0 <= 2 * (tv - (1 / 2)) + (1 / 2) * (v - 2) + (v - 2) * (tv - (1 / 2))) by signs.
  lra.
Qed.

(** x <= N *)
Lemma norm_entry_bound_1 : forall N c e x : R,
  0 <= (N * e) - c -> 0 <= c - x -> e = 1 -> x <= N.
Proof.
  intros. assert (H_equal : N - x = ((N * e) - c) + (c - x) + (- N) * (e - 1)) by field.
  rewrite (Rminus_diag_eq e 1) in H_equal by assumption.
  assert (H_sign : 0 <= ((N * e) - c) + (c - x)) by signs.
  lra.
Qed.

(** -N <= x *)
Lemma norm_entry_bound_2 : forall N c e x : R,
  0 <= (N * e) - c -> 0 <= c + x -> e = 1 -> - N <= x.
Proof.
  intros. assert (H_equal : x - (- N) = ((N * e) - c) + (c + x) + (- N) * (e - 1)) by field.
  rewrite (Rminus_diag_eq e 1) in H_equal by assumption.
  assert (H_sign : 0 <= ((N * e) - c) + (c + x)) by signs.
  lra.
Qed.

(** t > 0 *)
Lemma rnn_fixed_point_1 : forall h t : R,
  0 < h -> t = h -> t > 0.
Proof.
  intros. assert (H_equal : t - 0 = h + 1 * (t - h)) by field.
  rewrite (Rminus_diag_eq t h) in H_equal by assumption.
  assert (H_sign : 0 < h) by signs.
  lra.
Qed.

(** 1 - h > 0 *)
Lemma rnn_fixed_point_2 : forall h t : R,
  0 < 1 - t -> t = h -> 1 - h > 0.
Proof.
  intros. assert (H_equal : 1 - h - 0 = (1 - t) + 1 * (t - h)) by field.
  rewrite (Rminus_diag_eq t h) in H_equal by assumption.
  assert (H_sign : 0 < (1 - t)) by signs.
  lra.
Qed.

(** 1 + h > 0 *)
Lemma rnn_fixed_point_3 : forall h : R,
  0 < h -> 1 + h > 0.
Proof.
  intros. assert (H_equal : 1 + h - 0 = 1 + h) by field.
  assert (H_sign : 0 < 1 + h) by signs.
  lra.
Qed.

(** h*(w - 1 - h**2/3) > 0 *)
Lemma rnn_fixed_point_4 : forall h t t0 w : R,
  0 < (((((w * h) - t) - (t ^ 3 / 3)) - 0) + t0) + (t0 ^ 3 / 3) -> t = h -> t0 = 0 -> h * ((w - 1) - (h ^ 2 / 3)) >
    0.
Proof.
  intros. assert (H_equal : h * ((w - 1) - (h ^ 2 / 3)) - 0 = ((((((w * h) - t) - (t ^ 3 / 3)) - 0) + t0) + (t0 ^ 3
    / 3)) + (1 + (((t ^ 2 + (t * h)) + h ^ 2) / 3)) * (t - h) + ((- 1) - (t0 ^ 2 / 3)) * (t0 - 0)) by field.
  rewrite (Rminus_diag_eq t h) in H_equal by assumption.
  rewrite (Rminus_diag_eq t0 0) in H_equal by assumption.
  assert (H_sign : 0 < ((((((w * h) - t) - (t ^ 3 / 3)) - 0) + t0) + (t0 ^ 3 / 3))) by signs.
  lra.
Qed.

(** h**2 < 3*(w - 1) *)
Lemma rnn_fixed_point_5 : forall h w : R,
  0 < (w - 1) - (h ^ 2 / 3) -> h ^ 2 < 3 * (w - 1).
Proof.
  intros. assert (H_equal : 3 * (w - 1) - (h ^ 2) = 3 * ((w - 1) - (h ^ 2 / 3))) by field.
  assert (H_sign : 0 < 3 * ((w - 1) - (h ^ 2 / 3))) by signs.
  lra.
Qed.

(** w - 1 > 0 *)
Lemma rnn_fixed_point_6 : forall h w : R,
  0 < h -> 0 < (w - 1) - (h ^ 2 / 3) -> w - 1 > 0.
Proof.
  intros. assert (H_equal : w - 1 - 0 = (1 / 3) * h ^ 2 + ((w - 1) - (h ^ 2 / 3))) by field.
  assert (H_sign : 0 < (1 / 3) * h ^ 2 + ((w - 1) - (h ^ 2 / 3))) by signs.
  lra.
Qed.

(** h*(1 - 2*h**2/3 - w*(1 - h**2)) > 0 *)
Lemma rnn_fixed_point_7 : forall h t t0 w : R,
  0 < ((((t - ((2 * t ^ 3) / 3)) - ((w * h) * (1 - t ^ 2))) - t0) + ((2 * t0 ^ 3) / 3)) + (0 * (1 - t0 ^ 2)) -> t =
    h -> t0 = 0 -> h * ((1 - ((2 * h ^ 2) / 3)) - (w * (1 - h ^ 2))) > 0.
Proof.
  intros. assert (H_equal : h * ((1 - ((2 * h ^ 2) / 3)) - (w * (1 - h ^ 2))) - 0 = (((((t - ((2 * t ^ 3) / 3)) -
    ((w * h) * (1 - t ^ 2))) - t0) + ((2 * t0 ^ 3) / 3)) + (0 * (1 - t0 ^ 2))) + (((- 1) + ((2 * ((t ^ 2 + (t * h))
    + h ^ 2)) / 3)) - ((w * h) * (t + h))) * (t - h) + (1 - ((2 * t0 ^ 2) / 3)) * (t0 - 0)) by field.
  rewrite (Rminus_diag_eq t h) in H_equal by assumption.
  rewrite (Rminus_diag_eq t0 0) in H_equal by assumption.
  assert (H_sign : 0 < (((((t - ((2 * t ^ 3) / 3)) - ((w * h) * (1 - t ^ 2))) - t0) + ((2 * t0 ^ 3) / 3)) + (0 * (1
    - t0 ^ 2)))) by signs.
  lra.
Qed.

(** d(t, h) = w*(1 - h**2) *)
Lemma rnn_fixed_point_8 : forall h t w : R,
  t = h -> w + (-1) * t ^ 2 * w = w * (1 - h ^ 2).
Proof.
  intros. assert (H_equal : w + (-1) * t ^ 2 * w - (w * (1 - h ^ 2)) = ((- (h * w)) - (t * w)) * (t - h)) by field.
  rewrite (Rminus_diag_eq t h) in H_equal by assumption.
  lra.
Qed.

(** d(t, h) > 0 *)
Lemma rnn_fixed_point_9 : forall h t w : R,
  0 < w -> 0 < 1 - h -> 0 < 1 + h -> w + (-1) * t ^ 2 * w = w * (1 - h ^ 2) -> w + (-1) * t ^ 2 * w > 0.
Proof.
  intros. assert (H_equal : w + (-1) * t ^ 2 * w - 0 = w * (1 - h) * (1 + h) + 1 * ((w + (-1) * t ^ 2 * w) - (w * (1
    - h ^ 2)))) by field.
  rewrite (Rminus_diag_eq (w + (-1) * t ^ 2 * w) (w * (1 - h ^ 2))) in H_equal by assumption.
  assert (H_sign : 0 < w * (1 - h) * (1 + h)) by signs.
  lra.
Qed.

(** d(t, h) < 1 - 2*h**2/3 *)
Lemma rnn_fixed_point_10 : forall h t w : R,
  0 < (1 - ((2 * h ^ 2) / 3)) - (w * (1 - h ^ 2)) -> w + (-1) * t ^ 2 * w = w * (1 - h ^ 2) -> w + (-1) * t ^ 2 * w
    < 1 - ((2 * h ^ 2) / 3).
Proof.
  intros. assert (H_equal : 1 - ((2 * h ^ 2) / 3) - (w + (-1) * t ^ 2 * w) = ((1 - ((2 * h ^ 2) / 3)) - (w * (1 - h
    ^ 2))) + (- 1) * ((w + (-1) * t ^ 2 * w) - (w * (1 - h ^ 2)))) by field.
  rewrite (Rminus_diag_eq (w + (-1) * t ^ 2 * w) (w * (1 - h ^ 2))) in H_equal by assumption.
  assert (H_sign : 0 < ((1 - ((2 * h ^ 2) / 3)) - (w * (1 - h ^ 2)))) by signs.
  lra.
Qed.

(** d(t, h) > 1 - 3*(w - 1) *)
Lemma rnn_fixed_point_11 : forall h t w : R,
  0 < w - 1 -> 0 < 1 - h -> 0 < 1 + h -> 0 < (3 * (w - 1)) - h ^ 2 -> w + (-1) * t ^ 2 * w = w * (1 - h ^ 2) -> w +
    (-1) * t ^ 2 * w > 1 - (3 * (w - 1)).
Proof.
  intros. assert (H_equal : w + (-1) * t ^ 2 * w - (1 - (3 * (w - 1))) = (w - 1) * (1 - h) * (1 + h) + ((3 * (w -
    1)) - h ^ 2) + 1 * ((w + (-1) * t ^ 2 * w) - (w * (1 - h ^ 2)))) by field.
  rewrite (Rminus_diag_eq (w + (-1) * t ^ 2 * w) (w * (1 - h ^ 2))) in H_equal by assumption.
  assert (H_sign : 0 < (w - 1) * (1 - h) * (1 + h) + ((3 * (w - 1)) - h ^ 2)) by signs.
  lra.
Qed.

(** sigma_s*(1 - sigma_s) > 0 *)
Lemma lstm1997_carousel_bound_1 : forall sigma_s : R,
  0 < sigma_s -> 0 < 1 - sigma_s -> sigma_s * (1 - sigma_s) > 0.
Proof.
  intros. assert (H_equal : sigma_s * (1 - sigma_s) - 0 = sigma_s * (1 - sigma_s)) by field.
  assert (H_sign : 0 < sigma_s * (1 - sigma_s)) by signs.
  lra.
Qed.

(** sigma_z*(1 - sigma_z) > 0 *)
Lemma lstm1997_carousel_bound_2 : forall sigma_z : R,
  0 < sigma_z -> 0 < 1 - sigma_z -> sigma_z * (1 - sigma_z) > 0.
Proof.
  intros. assert (H_equal : sigma_z * (1 - sigma_z) - 0 = sigma_z * (1 - sigma_z)) by field.
  assert (H_sign : 0 < sigma_z * (1 - sigma_z)) by signs.
  lra.
Qed.

(** i*(1 - i) > 0 *)
Lemma lstm1997_carousel_bound_3 : forall i : R,
  0 < i -> 0 < 1 - i -> i * (1 - i) > 0.
Proof.
  intros. assert (H_equal : i * (1 - i) - 0 = i * (1 - i)) by field.
  assert (H_sign : 0 < i * (1 - i)) by signs.
  lra.
Qed.

(** 1/4 - sigma_s*(1 - sigma_s) >= 0 *)
Lemma lstm1997_carousel_bound_4 : forall sigma_s : R,
  (1 / 4) - (sigma_s * (1 - sigma_s)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (sigma_s * (1 - sigma_s)) - 0 = (sigma_s - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (sigma_s - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** 1/4 - sigma_z*(1 - sigma_z) >= 0 *)
Lemma lstm1997_carousel_bound_5 : forall sigma_z : R,
  (1 / 4) - (sigma_z * (1 - sigma_z)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (sigma_z * (1 - sigma_z)) - 0 = (sigma_z - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (sigma_z - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** 1/4 - i*(1 - i) >= 0 *)
Lemma lstm1997_carousel_bound_6 : forall i : R,
  (1 / 4) - (i * (1 - i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (i * (1 - i)) - 0 = (i - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (i - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** o*d(h, s)*d(g, z)*i > 0 *)
Lemma lstm1997_carousel_bound_7 : forall i o sigma_s sigma_z : R,
  0 < o -> 0 < sigma_s * (1 - sigma_s) -> 0 < sigma_z * (1 - sigma_z) -> 0 < i -> ((o * ((-2) * sigma_s ^ 2 + 2 *
    sigma_s)) * ((-4) * sigma_z ^ 2 + 4 * sigma_z)) * i > 0.
Proof.
  intros. assert (H_equal : ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((-4) * sigma_z ^ 2 + 4 * sigma_z)) * i - 0
    = 8 * o * (sigma_s * (1 - sigma_s)) * (sigma_z * (1 - sigma_z)) * i) by field.
  assert (H_sign : 0 < 8 * o * (sigma_s * (1 - sigma_s)) * (sigma_z * (1 - sigma_z)) * i) by signs.
  lra.
Qed.

(** o*d(h, s)*d(g, z)*i < 1/2 *)
Lemma lstm1997_carousel_bound_8 : forall i o sigma_s sigma_z : R,
  0 < o -> 0 < 1 - i -> 0 < 1 - o -> 0 < sigma_s * (1 - sigma_s) -> 0 < i -> 0 <= (1 / 4) - (sigma_z * (1 -
    sigma_z)) -> 0 <= (1 / 4) - (sigma_s * (1 - sigma_s)) -> ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((-4) *
    sigma_z ^ 2 + 4 * sigma_z)) * i < 1 / 2.
Proof.
  intros. assert (H_equal : 1 / 2 - (((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((-4) * sigma_z ^ 2 + 4 * sigma_z))
    * i) = (1 / 2) * o * (1 - i) + (1 / 2) * (1 - o) + 8 * o * (sigma_s * (1 - sigma_s)) * i * ((1 / 4) - (sigma_z *
    (1 - sigma_z))) + 2 * o * i * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by field.
  assert (H_sign : 0 < (1 / 2) * o * (1 - i) + (1 / 2) * (1 - o) + 8 * o * (sigma_s * (1 - sigma_s)) * i * ((1 / 4)
    - (sigma_z * (1 - sigma_z))) + 2 * o * i * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by signs.
  lra.
Qed.

(** sigma_s*(1 - sigma_s) > 0 *)
Lemma lstm1997_carousel_bound_9 : forall sigma_s : R,
  0 < sigma_s -> 0 < 1 - sigma_s -> sigma_s * (1 - sigma_s) > 0.
Proof.
  intros. assert (H_equal : sigma_s * (1 - sigma_s) - 0 = sigma_s * (1 - sigma_s)) by field.
  assert (H_sign : 0 < sigma_s * (1 - sigma_s)) by signs.
  lra.
Qed.

(** sigma_z*(1 - sigma_z) > 0 *)
Lemma lstm1997_carousel_bound_10 : forall sigma_z : R,
  0 < sigma_z -> 0 < 1 - sigma_z -> sigma_z * (1 - sigma_z) > 0.
Proof.
  intros. assert (H_equal : sigma_z * (1 - sigma_z) - 0 = sigma_z * (1 - sigma_z)) by field.
  assert (H_sign : 0 < sigma_z * (1 - sigma_z)) by signs.
  lra.
Qed.

(** i*(1 - i) > 0 *)
Lemma lstm1997_carousel_bound_11 : forall i : R,
  0 < i -> 0 < 1 - i -> i * (1 - i) > 0.
Proof.
  intros. assert (H_equal : i * (1 - i) - 0 = i * (1 - i)) by field.
  assert (H_sign : 0 < i * (1 - i)) by signs.
  lra.
Qed.

(** 1/4 - sigma_s*(1 - sigma_s) >= 0 *)
Lemma lstm1997_carousel_bound_12 : forall sigma_s : R,
  (1 / 4) - (sigma_s * (1 - sigma_s)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (sigma_s * (1 - sigma_s)) - 0 = (sigma_s - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (sigma_s - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** 1/4 - sigma_z*(1 - sigma_z) >= 0 *)
Lemma lstm1997_carousel_bound_13 : forall sigma_z : R,
  (1 / 4) - (sigma_z * (1 - sigma_z)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (sigma_z * (1 - sigma_z)) - 0 = (sigma_z - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (sigma_z - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** 1/4 - i*(1 - i) >= 0 *)
Lemma lstm1997_carousel_bound_14 : forall i : R,
  (1 / 4) - (i * (1 - i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (i * (1 - i)) - 0 = (i - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (i - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** o*d(h, s)*g*d(i, a) > -1/4 *)
Lemma lstm1997_carousel_bound_15 : forall i o sigma_s sigma_z : R,
  0 < o -> 0 < sigma_s * (1 - sigma_s) -> 0 < i * (1 - i) -> 0 < sigma_z -> 0 < 1 - o -> 0 <= (1 / 4) - (i * (1 -
    i)) -> 0 <= (1 / 4) - (sigma_s * (1 - sigma_s)) -> ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z) -
    2)) * ((-1) * i ^ 2 + i) > - (1 / 4).
Proof.
  intros. assert (H_equal : ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z) - 2)) * ((-1) * i ^ 2 + i) -
    (- (1 / 4)) = 8 * o * (sigma_s * (1 - sigma_s)) * (i * (1 - i)) * sigma_z + (1 / 4) * (1 - o) + 4 * o * (sigma_s
    * (1 - sigma_s)) * ((1 / 4) - (i * (1 - i))) + o * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by field.
  assert (H_sign : 0 < 8 * o * (sigma_s * (1 - sigma_s)) * (i * (1 - i)) * sigma_z + (1 / 4) * (1 - o) + 4 * o *
    (sigma_s * (1 - sigma_s)) * ((1 / 4) - (i * (1 - i))) + o * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by signs.
  lra.
Qed.

(** o*d(h, s)*g*d(i, a) < 1/4 *)
Lemma lstm1997_carousel_bound_16 : forall i o sigma_s sigma_z : R,
  0 < o -> 0 < sigma_s * (1 - sigma_s) -> 0 < i * (1 - i) -> 0 < 1 - sigma_z -> 0 < 1 - o -> 0 <= (1 / 4) - (i * (1
    - i)) -> 0 <= (1 / 4) - (sigma_s * (1 - sigma_s)) -> ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z)
    - 2)) * ((-1) * i ^ 2 + i) < 1 / 4.
Proof.
  intros. assert (H_equal : 1 / 4 - (((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z) - 2)) * ((-1) * i ^
    2 + i)) = 8 * o * (sigma_s * (1 - sigma_s)) * (i * (1 - i)) * (1 - sigma_z) + (1 / 4) * (1 - o) + 4 * o *
    (sigma_s * (1 - sigma_s)) * ((1 / 4) - (i * (1 - i))) + o * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by field.
  assert (H_sign : 0 < 8 * o * (sigma_s * (1 - sigma_s)) * (i * (1 - i)) * (1 - sigma_z) + (1 / 4) * (1 - o) + 4 * o
    * (sigma_s * (1 - sigma_s)) * ((1 / 4) - (i * (1 - i))) + o * ((1 / 4) - (sigma_s * (1 - sigma_s)))) by signs.
  lra.
Qed.

(** o*d(h, s)*d(g, z)*i = o*i/2 *)
Lemma lstm1997_carousel_bound_17 : forall i o sigma_s sigma_z : R,
  sigma_s = 1 / 2 -> sigma_z = 1 / 2 -> ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((-4) * sigma_z ^ 2 + 4 *
    sigma_z)) * i = (o * i) / 2.
Proof.
  intros. assert (H_equal : ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((-4) * sigma_z ^ 2 + 4 * sigma_z)) * i -
    ((o * i) / 2) = ((((- ((((8 * i) * o) * sigma_s) * sigma_z)) + ((((8 * i) * o) * sigma_s) * sigma_z ^ 2)) + (((4
    * i) * o) * sigma_z)) - (((4 * i) * o) * sigma_z ^ 2)) * (sigma_s - (1 / 2)) + ((i * o) - (((2 * i) * o) *
    sigma_z)) * (sigma_z - (1 / 2))) by field.
  rewrite (Rminus_diag_eq sigma_s (1 / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq sigma_z (1 / 2)) in H_equal by assumption.
  lra.
Qed.

(** o*d(h, s)*g*d(i, a) = o*g/8 *)
Lemma lstm1997_carousel_bound_18 : forall i o sigma_s sigma_z : R,
  sigma_s = 1 / 2 -> i = 1 / 2 -> ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z) - 2)) * ((-1) * i ^ 2 +
    i) = (o * ((4 * sigma_z) - 2)) / 8.
Proof.
  intros. assert (H_equal : ((o * ((-2) * sigma_s ^ 2 + 2 * sigma_s)) * ((4 * sigma_z) - 2)) * ((-1) * i ^ 2 + i) -
    ((o * ((4 * sigma_z) - 2)) / 8) = (((((((((2 * i ^ 2) * o) - (((4 * i ^ 2) * o) * sigma_s)) + ((((8 * i ^ 2) *
    o) * sigma_s) * sigma_z)) - (((4 * i ^ 2) * o) * sigma_z)) - ((2 * i) * o)) + (((4 * i) * o) * sigma_s)) - ((((8
    * i) * o) * sigma_s) * sigma_z)) + (((4 * i) * o) * sigma_z)) * (sigma_s - (1 / 2)) + ((((i * o) - (((2 * i) *
    o) * sigma_z)) - ((1 / 2) * o)) + (o * sigma_z)) * (i - (1 / 2))) by field.
  rewrite (Rminus_diag_eq sigma_s (1 / 2)) in H_equal by assumption.
  rewrite (Rminus_diag_eq i (1 / 2)) in H_equal by assumption.
  lra.
Qed.

(** f*(1 - f) > 0 *)
Lemma lstm_constants_1 : forall f : R,
  0 < f -> 0 < 1 - f -> f * (1 - f) > 0.
Proof.
  intros. assert (H_equal : f * (1 - f) - 0 = f * (1 - f)) by field.
  assert (H_sign : 0 < f * (1 - f)) by signs.
  lra.
Qed.

(** 1/4 - f*(1 - f) >= 0 *)
Lemma lstm_constants_2 : forall f : R,
  (1 / 4) - (f * (1 - f)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (f * (1 - f)) - 0 = (f - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (f - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** i*(1 - i) > 0 *)
Lemma lstm_constants_3 : forall i : R,
  0 < i -> 0 < 1 - i -> i * (1 - i) > 0.
Proof.
  intros. assert (H_equal : i * (1 - i) - 0 = i * (1 - i)) by field.
  assert (H_sign : 0 < i * (1 - i)) by signs.
  lra.
Qed.

(** 1/4 - i*(1 - i) >= 0 *)
Lemma lstm_constants_4 : forall i : R,
  (1 / 4) - (i * (1 - i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (i * (1 - i)) - 0 = (i - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (i - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** n*(1 - n) > 0 *)
Lemma lstm_constants_5 : forall n : R,
  0 < n -> 0 < 1 - n -> n * (1 - n) > 0.
Proof.
  intros. assert (H_equal : n * (1 - n) - 0 = n * (1 - n)) by field.
  assert (H_sign : 0 < n * (1 - n)) by signs.
  lra.
Qed.

(** 1/4 - n*(1 - n) >= 0 *)
Lemma lstm_constants_6 : forall n : R,
  (1 / 4) - (n * (1 - n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (n * (1 - n)) - 0 = (n - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (n - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** k*(1 - k) > 0 *)
Lemma lstm_constants_7 : forall k : R,
  0 < k -> 0 < 1 - k -> k * (1 - k) > 0.
Proof.
  intros. assert (H_equal : k * (1 - k) - 0 = k * (1 - k)) by field.
  assert (H_sign : 0 < k * (1 - k)) by signs.
  lra.
Qed.

(** o*(1 - o) > 0 *)
Lemma lstm_constants_8 : forall o : R,
  0 < o -> 0 < 1 - o -> o * (1 - o) > 0.
Proof.
  intros. assert (H_equal : o * (1 - o) - 0 = o * (1 - o)) by field.
  assert (H_sign : 0 < o * (1 - o)) by signs.
  lra.
Qed.

(** M >= 0 *)
Lemma lstm_constants_9 : forall M c : R,
  0 <= M + c -> 0 <= M - c -> M >= 0.
Proof.
  intros. assert (H_equal : M - 0 = (1 / 2) * (M + c) + (1 / 2) * (M - c)) by field.
  assert (H_sign : 0 <= (1 / 2) * (M + c) + (1 / 2) * (M - c)) by signs.
  lra.
Qed.

(** M/4 - c*d(f, x) >= 0 *)
Lemma lstm_constants_10 : forall M c f : R,
  0 <= M - c -> 0 < f * (1 - f) -> 0 <= M -> 0 <= (1 / 4) - (f * (1 - f)) -> (M / 4) - (c * ((-1) * f ^ 2 + f)) >=
    0.
Proof.
  intros. assert (H_equal : (M / 4) - (c * ((-1) * f ^ 2 + f)) - 0 = (M - c) * (f * (1 - f)) + M * ((1 / 4) - (f *
    (1 - f)))) by field.
  assert (H_sign : 0 <= (M - c) * (f * (1 - f)) + M * ((1 / 4) - (f * (1 - f)))) by signs.
  lra.
Qed.

(** M/4 + c*d(f, x) >= 0 *)
Lemma lstm_constants_11 : forall M c f : R,
  0 <= M + c -> 0 < f * (1 - f) -> 0 <= M -> 0 <= (1 / 4) - (f * (1 - f)) -> (M / 4) + (c * ((-1) * f ^ 2 + f)) >=
    0.
Proof.
  intros. assert (H_equal : (M / 4) + (c * ((-1) * f ^ 2 + f)) - 0 = (M + c) * (f * (1 - f)) + M * ((1 / 4) - (f *
    (1 - f)))) by field.
  assert (H_sign : 0 <= (M + c) * (f * (1 - f)) + M * ((1 / 4) - (f * (1 - f)))) by signs.
  lra.
Qed.

(** 1/4 - g*d(i, y) >= 0 *)
Lemma lstm_constants_12 : forall g i : R,
  0 < i * (1 - i) -> 0 < 1 - g -> 0 <= (1 / 4) - (i * (1 - i)) -> (1 / 4) - (g * ((-1) * i ^ 2 + i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (g * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (1 - g) + ((1 / 4) - (i * (1 -
    i)))) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (1 - g) + ((1 / 4) - (i * (1 - i)))) by signs.
  lra.
Qed.

(** 1/4 + g*d(i, y) >= 0 *)
Lemma lstm_constants_13 : forall g i : R,
  0 < i * (1 - i) -> 0 < 1 + g -> 0 <= (1 / 4) - (i * (1 - i)) -> (1 / 4) + (g * ((-1) * i ^ 2 + i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) + (g * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (1 + g) + ((1 / 4) - (i * (1 -
    i)))) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (1 + g) + ((1 / 4) - (i * (1 - i)))) by signs.
  lra.
Qed.

(** 1 - k*d(w, v) >= 0 *)
Lemma lstm_constants_14 : forall k w : R,
  0 < 1 - k -> 0 < k -> 1 - (k * ((-1) * w ^ 2 + 1)) >= 0.
Proof.
  intros. assert (H_equal : 1 - (k * ((-1) * w ^ 2 + 1)) - 0 = (1 - k) + k * w ^ 2) by field.
  assert (H_sign : 0 < (1 - k) + k * w ^ 2) by signs.
  lra.
Qed.

(** 1 + k*d(w, v) >= 0 *)
Lemma lstm_constants_15 : forall k w : R,
  0 < k -> 0 < 1 - w -> 0 < 1 + w -> 1 + (k * ((-1) * w ^ 2 + 1)) >= 0.
Proof.
  intros. assert (H_equal : 1 + (k * ((-1) * w ^ 2 + 1)) - 0 = 1 + k * (1 - w) * (1 + w)) by field.
  assert (H_sign : 0 < 1 + k * (1 - w) * (1 + w)) by signs.
  lra.
Qed.

(** 1/4 - q*d(n, e) >= 0 *)
Lemma lstm_constants_16 : forall n q : R,
  0 < n * (1 - n) -> 0 < 1 - q -> 0 <= (1 / 4) - (n * (1 - n)) -> (1 / 4) - (q * ((-1) * n ^ 2 + n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (q * ((-1) * n ^ 2 + n)) - 0 = (n * (1 - n)) * (1 - q) + ((1 / 4) - (n * (1 -
    n)))) by field.
  assert (H_sign : 0 < (n * (1 - n)) * (1 - q) + ((1 / 4) - (n * (1 - n)))) by signs.
  lra.
Qed.

(** 1/4 + q*d(n, e) >= 0 *)
Lemma lstm_constants_17 : forall n q : R,
  0 < n * (1 - n) -> 0 < 1 + q -> 0 <= (1 / 4) - (n * (1 - n)) -> (1 / 4) + (q * ((-1) * n ^ 2 + n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) + (q * ((-1) * n ^ 2 + n)) - 0 = (n * (1 - n)) * (1 + q) + ((1 / 4) - (n * (1 -
    n)))) by field.
  assert (H_sign : 0 < (n * (1 - n)) * (1 + q) + ((1 / 4) - (n * (1 - n)))) by signs.
  lra.
Qed.

(** 1 - o*d(h, s) >= 0 *)
Lemma lstm_constants_18 : forall h o : R,
  0 < 1 - o -> 0 < o -> 1 - (o * ((-1) * h ^ 2 + 1)) >= 0.
Proof.
  intros. assert (H_equal : 1 - (o * ((-1) * h ^ 2 + 1)) - 0 = (1 - o) + o * h ^ 2) by field.
  assert (H_sign : 0 < (1 - o) + o * h ^ 2) by signs.
  lra.
Qed.

(** 1 + o*d(h, s) >= 0 *)
Lemma lstm_constants_19 : forall h o : R,
  0 < o -> 0 < 1 - h -> 0 < 1 + h -> 1 + (o * ((-1) * h ^ 2 + 1)) >= 0.
Proof.
  intros. assert (H_equal : 1 + (o * ((-1) * h ^ 2 + 1)) - 0 = 1 + o * (1 - h) * (1 + h)) by field.
  assert (H_sign : 0 < 1 + o * (1 - h) * (1 + h)) by signs.
  lra.
Qed.

(** alpha <= M*Uf/4 + Ui/4 + Ug *)
Lemma lstm_constants_20 : forall M Uf Ug Ui alpha mf mg mi : R,
  0 <= (((mf * Uf) + (mi * Ui)) + (mg * Ug)) - alpha -> 0 <= (M / 4) - mf -> 0 <= Uf -> 0 <= (1 / 4) - mi -> 0 <= Ui
    -> 0 <= 1 - mg -> 0 <= Ug -> alpha <= (((M * Uf) / 4) + (Ui / 4)) + Ug.
Proof.
  intros. assert (H_equal : (((M * Uf) / 4) + (Ui / 4)) + Ug - alpha = ((((mf * Uf) + (mi * Ui)) + (mg * Ug)) -
    alpha) + ((M / 4) - mf) * Uf + ((1 / 4) - mi) * Ui + (1 - mg) * Ug) by field.
  assert (H_sign : 0 <= ((((mf * Uf) + (mi * Ui)) + (mg * Ug)) - alpha) + ((M / 4) - mf) * Uf + ((1 / 4) - mi) * Ui
    + (1 - mg) * Ug) by signs.
  lra.
Qed.

(** beta <= Uo/4 *)
Lemma lstm_constants_21 : forall Uo beta mo : R,
  0 <= (mo * Uo) - beta -> 0 <= (1 / 4) - mo -> 0 <= Uo -> beta <= Uo / 4.
Proof.
  intros. assert (H_equal : Uo / 4 - beta = ((mo * Uo) - beta) + ((1 / 4) - mo) * Uo) by field.
  assert (H_sign : 0 <= ((mo * Uo) - beta) + ((1 / 4) - mo) * Uo) by signs.
  lra.
Qed.

(** i*(1 - i) > 0 *)
Lemma lstm1997_constants_1 : forall i : R,
  0 < i -> 0 < 1 - i -> i * (1 - i) > 0.
Proof.
  intros. assert (H_equal : i * (1 - i) - 0 = i * (1 - i)) by field.
  assert (H_sign : 0 < i * (1 - i)) by signs.
  lra.
Qed.

(** 1/4 - i*(1 - i) >= 0 *)
Lemma lstm1997_constants_2 : forall i : R,
  (1 / 4) - (i * (1 - i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (i * (1 - i)) - 0 = (i - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (i - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** n*(1 - n) > 0 *)
Lemma lstm1997_constants_3 : forall n : R,
  0 < n -> 0 < 1 - n -> n * (1 - n) > 0.
Proof.
  intros. assert (H_equal : n * (1 - n) - 0 = n * (1 - n)) by field.
  assert (H_sign : 0 < n * (1 - n)) by signs.
  lra.
Qed.

(** 1/4 - n*(1 - n) >= 0 *)
Lemma lstm1997_constants_4 : forall n : R,
  (1 / 4) - (n * (1 - n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (n * (1 - n)) - 0 = (n - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (n - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** k*(1 - k) > 0 *)
Lemma lstm1997_constants_5 : forall k : R,
  0 < k -> 0 < 1 - k -> k * (1 - k) > 0.
Proof.
  intros. assert (H_equal : k * (1 - k) - 0 = k * (1 - k)) by field.
  assert (H_sign : 0 < k * (1 - k)) by signs.
  lra.
Qed.

(** sz*(1 - sz) > 0 *)
Lemma lstm1997_constants_6 : forall sz : R,
  0 < sz -> 0 < 1 - sz -> sz * (1 - sz) > 0.
Proof.
  intros. assert (H_equal : sz * (1 - sz) - 0 = sz * (1 - sz)) by field.
  assert (H_sign : 0 < sz * (1 - sz)) by signs.
  lra.
Qed.

(** sv*(1 - sv) > 0 *)
Lemma lstm1997_constants_7 : forall sv : R,
  0 < sv -> 0 < 1 - sv -> sv * (1 - sv) > 0.
Proof.
  intros. assert (H_equal : sv * (1 - sv) - 0 = sv * (1 - sv)) by field.
  assert (H_sign : 0 < sv * (1 - sv)) by signs.
  lra.
Qed.

(** o*(1 - o) > 0 *)
Lemma lstm1997_constants_8 : forall o : R,
  0 < o -> 0 < 1 - o -> o * (1 - o) > 0.
Proof.
  intros. assert (H_equal : o * (1 - o) - 0 = o * (1 - o)) by field.
  assert (H_sign : 0 < o * (1 - o)) by signs.
  lra.
Qed.

(** sh*(1 - sh) > 0 *)
Lemma lstm1997_constants_9 : forall sh : R,
  0 < sh -> 0 < 1 - sh -> sh * (1 - sh) > 0.
Proof.
  intros. assert (H_equal : sh * (1 - sh) - 0 = sh * (1 - sh)) by field.
  assert (H_sign : 0 < sh * (1 - sh)) by signs.
  lra.
Qed.

(** sr*(1 - sr) > 0 *)
Lemma lstm1997_constants_10 : forall sr : R,
  0 < sr -> 0 < 1 - sr -> sr * (1 - sr) > 0.
Proof.
  intros. assert (H_equal : sr * (1 - sr) - 0 = sr * (1 - sr)) by field.
  assert (H_sign : 0 < sr * (1 - sr)) by signs.
  lra.
Qed.

(** 2 - g > 0 *)
Lemma lstm1997_constants_11 : forall sz : R,
  0 < 1 - sz -> 2 - ((4 * sz) - 2) > 0.
Proof.
  intros. assert (H_equal : 2 - ((4 * sz) - 2) - 0 = 4 * (1 - sz)) by field.
  assert (H_sign : 0 < 4 * (1 - sz)) by signs.
  lra.
Qed.

(** 2 + g > 0 *)
Lemma lstm1997_constants_12 : forall sz : R,
  0 < sz -> 2 + ((4 * sz) - 2) > 0.
Proof.
  intros. assert (H_equal : 2 + ((4 * sz) - 2) - 0 = 4 * sz) by field.
  assert (H_sign : 0 < 4 * sz) by signs.
  lra.
Qed.

(** 1 - q > 0 *)
Lemma lstm1997_constants_13 : forall sr : R,
  0 < 1 - sr -> 1 - ((2 * sr) - 1) > 0.
Proof.
  intros. assert (H_equal : 1 - ((2 * sr) - 1) - 0 = 2 * (1 - sr)) by field.
  assert (H_sign : 0 < 2 * (1 - sr)) by signs.
  lra.
Qed.

(** 1 + q > 0 *)
Lemma lstm1997_constants_14 : forall sr : R,
  0 < sr -> 1 + ((2 * sr) - 1) > 0.
Proof.
  intros. assert (H_equal : 1 + ((2 * sr) - 1) - 0 = 2 * sr) by field.
  assert (H_sign : 0 < 2 * sr) by signs.
  lra.
Qed.

(** M > 0 *)
Lemma lstm1997_constants_15 : forall M i : R,
  0 < i -> 0 <= M - i -> M > 0.
Proof.
  intros. assert (H_equal : M - 0 = i + (M - i)) by field.
  assert (H_sign : 0 < i + (M - i)) by signs.
  lra.
Qed.

(** 1/2 - g*d(i, y) >= 0 *)
Lemma lstm1997_constants_16 : forall i sz : R,
  0 < i * (1 - i) -> 0 < 2 - ((4 * sz) - 2) -> 0 <= (1 / 4) - (i * (1 - i)) -> (1 / 2) - (((4 * sz) - 2) * ((-1) * i
    ^ 2 + i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 2) - (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (2 - ((4 * sz) -
    2)) + 2 * ((1 / 4) - (i * (1 - i)))) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (2 - ((4 * sz) - 2)) + 2 * ((1 / 4) - (i * (1 - i)))) by signs.
  lra.
Qed.

(** 1/2 + g*d(i, y) >= 0 *)
Lemma lstm1997_constants_17 : forall i sz : R,
  0 < i * (1 - i) -> 0 < 2 + ((4 * sz) - 2) -> 0 <= (1 / 4) - (i * (1 - i)) -> (1 / 2) + (((4 * sz) - 2) * ((-1) * i
    ^ 2 + i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 2) + (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (2 + ((4 * sz) -
    2)) + 2 * ((1 / 4) - (i * (1 - i)))) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (2 + ((4 * sz) - 2)) + 2 * ((1 / 4) - (i * (1 - i)))) by signs.
  lra.
Qed.

(** 2*M - g*d(i, y) > 0 *)
Lemma lstm1997_constants_18 : forall M i sz : R,
  0 < i -> 0 < i * (1 - i) -> 0 < 2 - ((4 * sz) - 2) -> 0 <= M - i -> (2 * M) - (((4 * sz) - 2) * ((-1) * i ^ 2 +
    i)) > 0.
Proof.
  intros. assert (H_equal : (2 * M) - (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = 2 * i ^ 2 + (i * (1 - i)) * (2 -
    ((4 * sz) - 2)) + 2 * (M - i)) by field.
  assert (H_sign : 0 < 2 * i ^ 2 + (i * (1 - i)) * (2 - ((4 * sz) - 2)) + 2 * (M - i)) by signs.
  lra.
Qed.

(** 2*M + g*d(i, y) > 0 *)
Lemma lstm1997_constants_19 : forall M i sz : R,
  0 < i -> 0 < i * (1 - i) -> 0 < 2 + ((4 * sz) - 2) -> 0 <= M - i -> (2 * M) + (((4 * sz) - 2) * ((-1) * i ^ 2 +
    i)) > 0.
Proof.
  intros. assert (H_equal : (2 * M) + (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = 2 * i ^ 2 + (i * (1 - i)) * (2 +
    ((4 * sz) - 2)) + 2 * (M - i)) by field.
  assert (H_sign : 0 < 2 * i ^ 2 + (i * (1 - i)) * (2 + ((4 * sz) - 2)) + 2 * (M - i)) by signs.
  lra.
Qed.

(** M - k*d(w, v) >= 0 *)
Lemma lstm1997_constants_20 : forall M k sv : R,
  0 <= M - k -> 0 < k -> M - (k * ((-4) * sv ^ 2 + 4 * sv)) >= 0.
Proof.
  intros. assert (H_equal : M - (k * ((-4) * sv ^ 2 + 4 * sv)) - 0 = (M - k) + 4 * k * (sv - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (M - k) + 4 * k * (sv - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** M + k*d(w, v) > 0 *)
Lemma lstm1997_constants_21 : forall M k sv : R,
  0 < M -> 0 < k -> 0 < sv -> 0 < 1 - sv -> M + (k * ((-4) * sv ^ 2 + 4 * sv)) > 0.
Proof.
  intros. assert (H_equal : M + (k * ((-4) * sv ^ 2 + 4 * sv)) - 0 = M + 4 * k * sv * (1 - sv)) by field.
  assert (H_sign : 0 < M + 4 * k * sv * (1 - sv)) by signs.
  lra.
Qed.

(** alpha <= M*(2*Ui + Ug) *)
Lemma lstm1997_constants_22 : forall M Ug Ui alpha mg mi : R,
  0 <= ((mi * Ui) + (mg * Ug)) - alpha -> 0 <= (2 * M) - mi -> 0 <= Ui -> 0 <= M - mg -> 0 <= Ug -> alpha <= M * ((2
    * Ui) + Ug).
Proof.
  intros. assert (H_equal : M * ((2 * Ui) + Ug) - alpha = (((mi * Ui) + (mg * Ug)) - alpha) + ((2 * M) - mi) * Ui +
    (M - mg) * Ug) by field.
  assert (H_sign : 0 <= (((mi * Ui) + (mg * Ug)) - alpha) + ((2 * M) - mi) * Ui + (M - mg) * Ug) by signs.
  lra.
Qed.

(** 1/2 - o*d(h, s) >= 0 *)
Lemma lstm1997_constants_23 : forall o sh : R,
  0 < 1 - o -> 0 < o -> (1 / 2) - (o * ((-2) * sh ^ 2 + 2 * sh)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 2) - (o * ((-2) * sh ^ 2 + 2 * sh)) - 0 = (1 / 2) * (1 - o) + 2 * o * (sh - (1 /
    2)) ^ 2) by field.
  assert (H_sign : 0 < (1 / 2) * (1 - o) + 2 * o * (sh - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** 1/2 + o*d(h, s) >= 0 *)
Lemma lstm1997_constants_24 : forall o sh : R,
  0 < o -> 0 < sh -> 0 < 1 - sh -> (1 / 2) + (o * ((-2) * sh ^ 2 + 2 * sh)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 2) + (o * ((-2) * sh ^ 2 + 2 * sh)) - 0 = (1 / 2) + 2 * o * sh * (1 - sh)) by
    field.
  assert (H_sign : 0 < (1 / 2) + 2 * o * sh * (1 - sh)) by signs.
  lra.
Qed.

(** 1/4 - q*d(n, e) >= 0 *)
Lemma lstm1997_constants_25 : forall n sr : R,
  0 < n * (1 - n) -> 0 < 1 - ((2 * sr) - 1) -> 0 <= (1 / 4) - (n * (1 - n)) -> (1 / 4) - (((2 * sr) - 1) * ((-1) * n
    ^ 2 + n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (((2 * sr) - 1) * ((-1) * n ^ 2 + n)) - 0 = (n * (1 - n)) * (1 - ((2 * sr) -
    1)) + ((1 / 4) - (n * (1 - n)))) by field.
  assert (H_sign : 0 < (n * (1 - n)) * (1 - ((2 * sr) - 1)) + ((1 / 4) - (n * (1 - n)))) by signs.
  lra.
Qed.

(** 1/4 + q*d(n, e) >= 0 *)
Lemma lstm1997_constants_26 : forall n sr : R,
  0 < n * (1 - n) -> 0 < 1 + ((2 * sr) - 1) -> 0 <= (1 / 4) - (n * (1 - n)) -> (1 / 4) + (((2 * sr) - 1) * ((-1) * n
    ^ 2 + n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) + (((2 * sr) - 1) * ((-1) * n ^ 2 + n)) - 0 = (n * (1 - n)) * (1 + ((2 * sr) -
    1)) + ((1 / 4) - (n * (1 - n)))) by field.
  assert (H_sign : 0 < (n * (1 - n)) * (1 + ((2 * sr) - 1)) + ((1 / 4) - (n * (1 - n)))) by signs.
  lra.
Qed.

(** beta <= Uo/4 *)
Lemma lstm1997_constants_27 : forall Uo beta mo : R,
  0 <= (mo * Uo) - beta -> 0 <= (1 / 4) - mo -> 0 <= Uo -> beta <= Uo / 4.
Proof.
  intros. assert (H_equal : Uo / 4 - beta = ((mo * Uo) - beta) + ((1 / 4) - mo) * Uo) by field.
  assert (H_sign : 0 <= ((mo * Uo) - beta) + ((1 / 4) - mo) * Uo) by signs.
  lra.
Qed.

(** i*(1 - i) > 0 *)
Lemma lstm1997_constants_28 : forall i : R,
  0 < i -> 0 < 1 - i -> i * (1 - i) > 0.
Proof.
  intros. assert (H_equal : i * (1 - i) - 0 = i * (1 - i)) by field.
  assert (H_sign : 0 < i * (1 - i)) by signs.
  lra.
Qed.

(** 1/4 - i*(1 - i) >= 0 *)
Lemma lstm1997_constants_29 : forall i : R,
  (1 / 4) - (i * (1 - i)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (i * (1 - i)) - 0 = (i - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (i - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** n*(1 - n) > 0 *)
Lemma lstm1997_constants_30 : forall n : R,
  0 < n -> 0 < 1 - n -> n * (1 - n) > 0.
Proof.
  intros. assert (H_equal : n * (1 - n) - 0 = n * (1 - n)) by field.
  assert (H_sign : 0 < n * (1 - n)) by signs.
  lra.
Qed.

(** 1/4 - n*(1 - n) >= 0 *)
Lemma lstm1997_constants_31 : forall n : R,
  (1 / 4) - (n * (1 - n)) >= 0.
Proof.
  intros. assert (H_equal : (1 / 4) - (n * (1 - n)) - 0 = (n - (1 / 2)) ^ 2) by field.
  assert (H_sign : 0 <= (n - (1 / 2)) ^ 2) by signs.
  lra.
Qed.

(** k*(1 - k) > 0 *)
Lemma lstm1997_constants_32 : forall k : R,
  0 < k -> 0 < 1 - k -> k * (1 - k) > 0.
Proof.
  intros. assert (H_equal : k * (1 - k) - 0 = k * (1 - k)) by field.
  assert (H_sign : 0 < k * (1 - k)) by signs.
  lra.
Qed.

(** sz*(1 - sz) > 0 *)
Lemma lstm1997_constants_33 : forall sz : R,
  0 < sz -> 0 < 1 - sz -> sz * (1 - sz) > 0.
Proof.
  intros. assert (H_equal : sz * (1 - sz) - 0 = sz * (1 - sz)) by field.
  assert (H_sign : 0 < sz * (1 - sz)) by signs.
  lra.
Qed.

(** sv*(1 - sv) > 0 *)
Lemma lstm1997_constants_34 : forall sv : R,
  0 < sv -> 0 < 1 - sv -> sv * (1 - sv) > 0.
Proof.
  intros. assert (H_equal : sv * (1 - sv) - 0 = sv * (1 - sv)) by field.
  assert (H_sign : 0 < sv * (1 - sv)) by signs.
  lra.
Qed.

(** o*(1 - o) > 0 *)
Lemma lstm1997_constants_35 : forall o : R,
  0 < o -> 0 < 1 - o -> o * (1 - o) > 0.
Proof.
  intros. assert (H_equal : o * (1 - o) - 0 = o * (1 - o)) by field.
  assert (H_sign : 0 < o * (1 - o)) by signs.
  lra.
Qed.

(** sh*(1 - sh) > 0 *)
Lemma lstm1997_constants_36 : forall sh : R,
  0 < sh -> 0 < 1 - sh -> sh * (1 - sh) > 0.
Proof.
  intros. assert (H_equal : sh * (1 - sh) - 0 = sh * (1 - sh)) by field.
  assert (H_sign : 0 < sh * (1 - sh)) by signs.
  lra.
Qed.

(** sr*(1 - sr) > 0 *)
Lemma lstm1997_constants_37 : forall sr : R,
  0 < sr -> 0 < 1 - sr -> sr * (1 - sr) > 0.
Proof.
  intros. assert (H_equal : sr * (1 - sr) - 0 = sr * (1 - sr)) by field.
  assert (H_sign : 0 < sr * (1 - sr)) by signs.
  lra.
Qed.

(** 2 - g > 0 *)
Lemma lstm1997_constants_38 : forall sz : R,
  0 < 1 - sz -> 2 - ((4 * sz) - 2) > 0.
Proof.
  intros. assert (H_equal : 2 - ((4 * sz) - 2) - 0 = 4 * (1 - sz)) by field.
  assert (H_sign : 0 < 4 * (1 - sz)) by signs.
  lra.
Qed.

(** 2 + g > 0 *)
Lemma lstm1997_constants_39 : forall sz : R,
  0 < sz -> 2 + ((4 * sz) - 2) > 0.
Proof.
  intros. assert (H_equal : 2 + ((4 * sz) - 2) - 0 = 4 * sz) by field.
  assert (H_sign : 0 < 4 * sz) by signs.
  lra.
Qed.

(** 1 - q > 0 *)
Lemma lstm1997_constants_40 : forall sr : R,
  0 < 1 - sr -> 1 - ((2 * sr) - 1) > 0.
Proof.
  intros. assert (H_equal : 1 - ((2 * sr) - 1) - 0 = 2 * (1 - sr)) by field.
  assert (H_sign : 0 < 2 * (1 - sr)) by signs.
  lra.
Qed.

(** 1 + q > 0 *)
Lemma lstm1997_constants_41 : forall sr : R,
  0 < sr -> 1 + ((2 * sr) - 1) > 0.
Proof.
  intros. assert (H_equal : 1 + ((2 * sr) - 1) - 0 = 2 * sr) by field.
  assert (H_sign : 0 < 2 * sr) by signs.
  lra.
Qed.

(** M > 0 *)
Lemma lstm1997_constants_42 : forall M i : R,
  0 < i -> 0 <= M - i -> M > 0.
Proof.
  intros. assert (H_equal : M - 0 = i + (M - i)) by field.
  assert (H_sign : 0 < i + (M - i)) by signs.
  lra.
Qed.

(** 1 - M - i >= 0 *)
Lemma lstm1997_constants_43 : forall M i : R,
  0 <= M - i -> 0 <= (1 / 2) - M -> (1 - M) - i >= 0.
Proof.
  intros. assert (H_equal : (1 - M) - i - 0 = (M - i) + 2 * ((1 / 2) - M)) by field.
  assert (H_sign : 0 <= (M - i) + 2 * ((1 / 2) - M)) by signs.
  lra.
Qed.

(** 2*M*(1 - M) >= 0 *)
Lemma lstm1997_constants_44 : forall M : R,
  0 < M -> 0 <= (1 / 2) - M -> (2 * M) * (1 - M) >= 0.
Proof.
  intros. assert (H_equal : (2 * M) * (1 - M) - 0 = M + 2 * M * ((1 / 2) - M)) by field.
  assert (H_sign : 0 < M + 2 * M * ((1 / 2) - M)) by signs.
  lra.
Qed.

(** 2*M*(1 - M) - g*d(i, y) > 0 *)
Lemma lstm1997_constants_45 : forall M i sz : R,
  0 < i * (1 - i) -> 0 < 2 - ((4 * sz) - 2) -> 0 <= M - i -> 0 <= (1 - M) - i -> ((2 * M) * (1 - M)) - (((4 * sz) -
    2) * ((-1) * i ^ 2 + i)) > 0.
Proof.
  intros. assert (H_equal : ((2 * M) * (1 - M)) - (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (2 -
    ((4 * sz) - 2)) + 2 * (M - i) * ((1 - M) - i)) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (2 - ((4 * sz) - 2)) + 2 * (M - i) * ((1 - M) - i)) by signs.
  lra.
Qed.

(** 2*M*(1 - M) + g*d(i, y) > 0 *)
Lemma lstm1997_constants_46 : forall M i sz : R,
  0 < i * (1 - i) -> 0 < 2 + ((4 * sz) - 2) -> 0 <= M - i -> 0 <= (1 - M) - i -> ((2 * M) * (1 - M)) + (((4 * sz) -
    2) * ((-1) * i ^ 2 + i)) > 0.
Proof.
  intros. assert (H_equal : ((2 * M) * (1 - M)) + (((4 * sz) - 2) * ((-1) * i ^ 2 + i)) - 0 = (i * (1 - i)) * (2 +
    ((4 * sz) - 2)) + 2 * (M - i) * ((1 - M) - i)) by field.
  assert (H_sign : 0 < (i * (1 - i)) * (2 + ((4 * sz) - 2)) + 2 * (M - i) * ((1 - M) - i)) by signs.
  lra.
Qed.

(** alpha <= M*(2*(1 - M)*Ui + Ug) *)
Lemma lstm1997_constants_47 : forall M Ug Ui alpha mg mi : R,
  0 <= ((mi * Ui) + (mg * Ug)) - alpha -> 0 <= ((2 * (1 - M)) * M) - mi -> 0 <= Ui -> 0 <= M - mg -> 0 <= Ug ->
    alpha <= M * (((2 * (1 - M)) * Ui) + Ug).
Proof.
  intros. assert (H_equal : M * (((2 * (1 - M)) * Ui) + Ug) - alpha = (((mi * Ui) + (mg * Ug)) - alpha) + (((2 * (1
    - M)) * M) - mi) * Ui + (M - mg) * Ug) by field.
  assert (H_sign : 0 <= (((mi * Ui) + (mg * Ug)) - alpha) + (((2 * (1 - M)) * M) - mi) * Ui + (M - mg) * Ug) by
    signs.
  lra.
Qed.

(** d(o + t, c) = 1 - t**2 *)
Lemma output_sum_is_wrong_1 : forall t : R,
  (-1) * t ^ 2 + 1 = 1 - t ^ 2.
Proof.
  intros. assert (H_equal : (-1) * t ^ 2 + 1 - (1 - t ^ 2) = 0) by field.
  lra.
Qed.

(** d(o*t, c) = o*(1 - t**2) *)
Lemma output_sum_is_wrong_2 : forall o t : R,
  (-1) * o * t ^ 2 + o = o * (1 - t ^ 2).
Proof.
  intros. assert (H_equal : (-1) * o * t ^ 2 + o - (o * (1 - t ^ 2)) = 0) by field.
  lra.
Qed.

(** -o <= o*t *)
Lemma output_sum_is_wrong_3 : forall o t : R,
  0 <= o -> 0 < 1 + t -> - o <= o * t.
Proof.
  intros. assert (H_equal : o * t - (- o) = o * (1 + t)) by field.
  assert (H_sign : 0 <= o * (1 + t)) by signs.
  lra.
Qed.

(** o*t <= o *)
Lemma output_sum_is_wrong_4 : forall o t : R,
  0 <= o -> 0 < 1 - t -> o * t <= o.
Proof.
  intros. assert (H_equal : o - (o * t) = o * (1 - t)) by field.
  assert (H_sign : 0 <= o * (1 - t)) by signs.
  lra.
Qed.

(** 1 + o > 0 *)
Lemma output_sum_is_wrong_5 : forall o : R,
  0 <= o -> 1 + o > 0.
Proof.
  intros. assert (H_equal : 1 + o - 0 = 1 + o) by field.
  assert (H_sign : 0 < 1 + o) by signs.
  lra.
Qed.

(** o*t > -1 *)
Lemma output_sum_is_wrong_6 : forall o t : R,
  0 < 1 + o -> 0 < 1 + t -> 0 <= 1 - o -> 0 < 1 - t -> o * t > - 1.
Proof.
  intros. assert (H_equal : o * t - (- 1) = (1 / 2) * (1 + o) * (1 + t) + (1 / 2) * (1 - o) * (1 - t)) by field.
  assert (H_sign : 0 < (1 / 2) * (1 + o) * (1 + t) + (1 / 2) * (1 - o) * (1 - t)) by signs.
  lra.
Qed.

(** o*t < 1 *)
Lemma output_sum_is_wrong_7 : forall o t : R,
  0 < 1 + o -> 0 < 1 - t -> 0 <= 1 - o -> 0 < 1 + t -> o * t < 1.
Proof.
  intros. assert (H_equal : 1 - (o * t) = (1 / 2) * (1 + o) * (1 - t) + (1 / 2) * (1 - o) * (1 + t)) by field.
  assert (H_sign : 0 < (1 / 2) * (1 + o) * (1 - t) + (1 / 2) * (1 - o) * (1 + t)) by signs.
  lra.
Qed.

(** o*t = 0 *)
Lemma output_sum_is_wrong_8 : forall o t : R,
  o = 0 -> o * t = 0.
Proof.
  intros. assert (H_equal : o * t - 0 = t * (o - 0)) by field.
  rewrite (Rminus_diag_eq o 0) in H_equal by assumption.
  lra.
Qed.

(** d(o*t, c) = 0 *)
Lemma output_sum_is_wrong_9 : forall o t : R,
  o = 0 -> (-1) * o * t ^ 2 + o = 0.
Proof.
  intros. assert (H_equal : (-1) * o * t ^ 2 + o - 0 = (1 - t ^ 2) * (o - 0)) by field.
  rewrite (Rminus_diag_eq o 0) in H_equal by assumption.
  lra.
Qed.

(** o + t = t *)
Lemma output_sum_is_wrong_10 : forall o t : R,
  o = 0 -> o + t = t.
Proof.
  intros. assert (H_equal : o + t - t = 1 * (o - 0)) by field.
  rewrite (Rminus_diag_eq o 0) in H_equal by assumption.
  lra.
Qed.

(** d(o + t, c) > 0 *)
Lemma output_sum_is_wrong_11 : forall t : R,
  0 < 1 - t -> 0 < 1 + t -> (-1) * t ^ 2 + 1 > 0.
Proof.
  intros. assert (H_equal : (-1) * t ^ 2 + 1 - 0 = (1 - t) * (1 + t)) by field.
  assert (H_sign : 0 < (1 - t) * (1 + t)) by signs.
  lra.
Qed.

(** o + t > 1 *)
Lemma output_sum_is_wrong_12 : forall o t : R,
  0 < t -> o = 1 -> o + t > 1.
Proof.
  intros. assert (H_equal : o + t - 1 = t + 1 * (o - 1)) by field.
  rewrite (Rminus_diag_eq o 1) in H_equal by assumption.
  assert (H_sign : 0 < t) by signs.
  lra.
Qed.

(** n > 0 *)
Lemma learning_memory_break_even_1 : forall n : R,
  0 <= n - 1 -> n > 0.
Proof.
  intros. assert (H_equal : n - 0 = 1 + (n - 1)) by field.
  assert (H_sign : 0 < 1 + (n - 1)) by signs.
  lra.
Qed.

(** p - n >= 0 *)
Lemma learning_memory_break_even_2 : forall m n : R,
  0 <= m -> (n + m) - n >= 0.
Proof.
  intros. assert (H_equal : (n + m) - n - 0 = m) by field.
  assert (H_sign : 0 <= m) by signs.
  lra.
Qed.

(** p > 0 *)
Lemma learning_memory_break_even_3 : forall m n : R,
  0 < n -> 0 <= (n + m) - n -> n + m > 0.
Proof.
  intros. assert (H_equal : n + m - 0 = n + ((n + m) - n)) by field.
  assert (H_sign : 0 < n + ((n + m) - n)) by signs.
  lra.
Qed.

(** p - 1 >= 0 *)
Lemma learning_memory_break_even_4 : forall m n : R,
  0 <= n - 1 -> 0 <= (n + m) - n -> (n + m) - 1 >= 0.
Proof.
  intros. assert (H_equal : (n + m) - 1 - 0 = (n - 1) + ((n + m) - n)) by field.
  assert (H_sign : 0 <= (n - 1) + ((n + m) - n)) by signs.
  lra.
Qed.

(** n > 0 *)
Lemma learning_memory_break_even_5 : forall n : R,
  0 <= n - 1 -> n > 0.
Proof.
  intros. assert (H_equal : n - 0 = 1 + (n - 1)) by field.
  assert (H_sign : 0 < 1 + (n - 1)) by signs.
  lra.
Qed.

(** p - n >= 0 *)
Lemma learning_memory_break_even_6 : forall m n : R,
  0 <= m -> (n + m) - n >= 0.
Proof.
  intros. assert (H_equal : (n + m) - n - 0 = m) by field.
  assert (H_sign : 0 <= m) by signs.
  lra.
Qed.

(** p > 0 *)
Lemma learning_memory_break_even_7 : forall m n : R,
  0 < n -> 0 <= (n + m) - n -> n + m > 0.
Proof.
  intros. assert (H_equal : n + m - 0 = n + ((n + m) - n)) by field.
  assert (H_sign : 0 < n + ((n + m) - n)) by signs.
  lra.
Qed.

(** p - 1 >= 0 *)
Lemma learning_memory_break_even_8 : forall m n : R,
  0 <= n - 1 -> 0 <= (n + m) - n -> (n + m) - 1 >= 0.
Proof.
  intros. assert (H_equal : (n + m) - 1 - 0 = (n - 1) + ((n + m) - n)) by field.
  assert (H_sign : 0 <= (n - 1) + ((n + m) - n)) by signs.
  lra.
Qed.

(** n**2*p = T*p + n + m *)
Lemma learning_memory_break_even_9 : forall T m n : R,
  T = n ^ 2 - 1 -> n ^ 2 * (n + m) = ((T * (n + m)) + n) + m.
Proof.
  intros. assert (H_equal : n ^ 2 * (n + m) - (((T * (n + m)) + n) + m) = ((- m) - n) * (T - (n ^ 2 - 1))) by field.
  rewrite (Rminus_diag_eq T (n ^ 2 - 1)) in H_equal by assumption.
  lra.
Qed.

(** N = M + K*C*(S - 1) *)
Lemma lstm1997_step_count_1 : forall C H I K S : R,
  ((((K + (K * H)) + ((K * S) * C)) + (((K * (H + (C * S))) + (H * I)) + (C * I))) + ((K * C) * S)) + (4 * ((C * S)
    * I)) = ((((((K + ((2 * K) * H)) + (K * C)) + (((2 * K) * S) * C)) + (H * I)) + (C * I)) + (((4 * C) * S) * I))
    + ((K * C) * (S - 1)).
Proof.
  intros. assert (H_equal : ((((K + (K * H)) + ((K * S) * C)) + (((K * (H + (C * S))) + (H * I)) + (C * I))) + ((K *
    C) * S)) + (4 * ((C * S) * I)) - (((((((K + ((2 * K) * H)) + (K * C)) + (((2 * K) * S) * C)) + (H * I)) + (C *
    I)) + (((4 * C) * S) * I)) + ((K * C) * (S - 1))) = 0) by field.
  lra.
Qed.

(** K > 0 *)
Lemma lstm1997_step_count_2 : forall K : R,
  0 <= K - 1 -> K > 0.
Proof.
  intros. assert (H_equal : K - 0 = 1 + (K - 1)) by field.
  assert (H_sign : 0 < 1 + (K - 1)) by signs.
  lra.
Qed.

(** C > 0 *)
Lemma lstm1997_step_count_3 : forall C : R,
  0 <= C - 1 -> C > 0.
Proof.
  intros. assert (H_equal : C - 0 = 1 + (C - 1)) by field.
  assert (H_sign : 0 < 1 + (C - 1)) by signs.
  lra.
Qed.

(** N >= M *)
Lemma lstm1997_step_count_4 : forall C H I K S : R,
  0 < K -> 0 < C -> 0 <= S - 1 -> ((((K + (K * H)) + ((K * S) * C)) + (((K * (H + (C * S))) + (H * I)) + (C * I))) +
    ((K * C) * S)) + (4 * ((C * S) * I)) >= (((((K + ((2 * K) * H)) + (K * C)) + (((2 * K) * S) * C)) + (H * I)) +
    (C * I)) + (((4 * C) * S) * I).
Proof.
  intros. assert (H_equal : ((((K + (K * H)) + ((K * S) * C)) + (((K * (H + (C * S))) + (H * I)) + (C * I))) + ((K *
    C) * S)) + (4 * ((C * S) * I)) - ((((((K + ((2 * K) * H)) + (K * C)) + (((2 * K) * S) * C)) + (H * I)) + (C *
    I)) + (((4 * C) * S) * I)) = K * C * (S - 1)) by field.
  assert (H_sign : 0 <= K * C * (S - 1)) by signs.
  lra.
Qed.

(** (e*u)**2 = v**2 *)
Lemma hmm_contraction_1 : forall E F e p r u v : R,
  u ^ 2 = (1 - p) * (1 - r) -> (E * p) * r = (1 - p) * (1 - r) -> v ^ 2 = p * r -> F = e * e -> F * E = 1 -> (e * u)
    ^ 2 = v ^ 2.
Proof.
  intros. assert (H_equal : (e * u) ^ 2 - (v ^ 2) = (e ^ 2) * (u ^ 2 - ((1 - p) * (1 - r))) + (- e ^ 2) * (((E * p)
    * r) - ((1 - p) * (1 - r))) + (- (e ^ 2 * E)) * (v ^ 2 - (p * r)) + (- (v ^ 2 * E)) * (F - (e * e)) + (v ^ 2) *
    ((F * E) - 1)) by field.
  rewrite (Rminus_diag_eq (u ^ 2) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((E * p) * r) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (v ^ 2) (p * r)) in H_equal by assumption.
  rewrite (Rminus_diag_eq F (e * e)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (F * E) 1) in H_equal by assumption.
  lra.
Qed.

(** e*u + v > 0 *)
Lemma hmm_contraction_2 : forall e u v : R,
  0 < e -> 0 < u -> 0 < v -> (e * u) + v > 0.
Proof.
  intros. assert (H_equal : (e * u) + v - 0 = e * u + v) by field.
  assert (H_sign : 0 < e * u + v) by signs.
  lra.
Qed.

(** t*(u + v) = u - v *)
Lemma hmm_contraction_3 : forall e h t u v : R,
  t = (2 * h) - 1 -> h * (1 + e) = 1 -> e * u = v -> t * (u + v) = u - v.
Proof.
  intros. assert (H_equal : t * (u + v) - (u - v) = (u + v) * (t - ((2 * h) - 1)) + (2 * u) * ((h * (1 + e)) - 1) +
    (- (2 * h)) * ((e * u) - v)) by field.
  rewrite (Rminus_diag_eq t ((2 * h) - 1)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (h * (1 + e)) 1) in H_equal by assumption.
  rewrite (Rminus_diag_eq (e * u) v) in H_equal by assumption.
  lra.
Qed.

(** 1 - p - r = (u - v)*(u + v) *)
Lemma hmm_contraction_4 : forall p r u v : R,
  u ^ 2 = (1 - p) * (1 - r) -> v ^ 2 = p * r -> (1 - p) - r = (u - v) * (u + v).
Proof.
  intros. assert (H_equal : (1 - p) - r - ((u - v) * (u + v)) = (- 1) * (u ^ 2 - ((1 - p) * (1 - r))) + 1 * (v ^ 2 -
    (p * r))) by field.
  rewrite (Rminus_diag_eq (u ^ 2) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (v ^ 2) (p * r)) in H_equal by assumption.
  lra.
Qed.

(** u + v > 0 *)
Lemma hmm_contraction_5 : forall u v : R,
  0 < v -> 0 < u -> u + v > 0.
Proof.
  intros. assert (H_equal : u + v - 0 = v + u) by field.
  assert (H_sign : 0 < v + u) by signs.
  lra.
Qed.

(** A > 0 *)
Lemma hmm_contraction_6 : forall p r x : R,
  0 < 1 - p -> 0 < x -> 0 < r -> ((1 - p) * x) + r > 0.
Proof.
  intros. assert (H_equal : ((1 - p) * x) + r - 0 = (1 - p) * x + r) by field.
  assert (H_sign : 0 < (1 - p) * x + r) by signs.
  lra.
Qed.

(** B > 0 *)
Lemma hmm_contraction_7 : forall p r x : R,
  0 < p -> 0 < x -> 0 < 1 - r -> ((p * x) + 1) - r > 0.
Proof.
  intros. assert (H_equal : ((p * x) + 1) - r - 0 = p * x + (1 - r)) by field.
  assert (H_sign : 0 < p * x + (1 - r)) by signs.
  lra.
Qed.

(** p*(1 - p)*(A*B - x*(u + v)**2) >= 0 *)
Lemma hmm_contraction_8 : forall p r u v x : R,
  u ^ 2 = (1 - p) * (1 - r) -> v ^ 2 = p * r -> (p * (1 - p)) * (((((1 - p) * x) + r) * (((p * x) + 1) - r)) - (x *
    (u + v) ^ 2)) >= 0.
Proof.
  intros. assert (H_equal : (p * (1 - p)) * (((((1 - p) * x) + r) * (((p * x) + 1) - r)) - (x * (u + v) ^ 2)) - 0 =
    (((p * (1 - p)) * x) - (u * v)) ^ 2 + ((- ((p * (1 - p)) * x)) - v ^ 2) * (u ^ 2 - ((1 - p) * (1 - r))) + ((-
    ((p * (1 - p)) * x)) - ((1 - p) * (1 - r))) * (v ^ 2 - (p * r))) by field.
  rewrite (Rminus_diag_eq (u ^ 2) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (v ^ 2) (p * r)) in H_equal by assumption.
  assert (H_sign : 0 <= (((p * (1 - p)) * x) - (u * v)) ^ 2) by signs.
  lra.
Qed.

(** 0 <= g*(d(A, l)*B - A*d(B, l)) *)
Lemma hmm_contraction_9 : forall g p r x : R,
  0 <= g * ((1 - p) - r) -> 0 < x -> 0 <= g * (((x + (-1) * p * x) * (((p * x) + 1) - r)) - ((((1 - p) * x) + r) *
    (p * x))).
Proof.
  intros. assert (H_equal : g * (((x + (-1) * p * x) * (((p * x) + 1) - r)) - ((((1 - p) * x) + r) * (p * x))) - 0 =
    (g * ((1 - p) - r)) * x) by field.
  assert (H_sign : 0 <= (g * ((1 - p) - r)) * x) by signs.
  lra.
Qed.

(** g*(d(A, l)*B - A*d(B, l)) <= tau*A*B *)
Lemma hmm_contraction_10 : forall g p r t u v x : R,
  0 <= g * t -> 0 <= ((((1 - p) * x) + r) * (((p * x) + 1) - r)) - (x * (u + v) ^ 2) -> (1 - p) - r = (u - v) * (u +
    v) -> t * (u + v) = u - v -> g * (((x + (-1) * p * x) * (((p * x) + 1) - r)) - ((((1 - p) * x) + r) * (p * x)))
    <= ((g * t) * (((1 - p) * x) + r)) * (((p * x) + 1) - r).
Proof.
  intros. assert (H_equal : ((g * t) * (((1 - p) * x) + r)) * (((p * x) + 1) - r) - (g * (((x + (-1) * p * x) * (((p
    * x) + 1) - r)) - ((((1 - p) * x) + r) * (p * x)))) = (g * t) * (((((1 - p) * x) + r) * (((p * x) + 1) - r)) -
    (x * (u + v) ^ 2)) + (- (g * x)) * (((1 - p) - r) - ((u - v) * (u + v))) + ((g * x) * (u + v)) * ((t * (u + v))
    - (u - v))) by field.
  rewrite (Rminus_diag_eq ((1 - p) - r) ((u - v) * (u + v))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (t * (u + v)) (u - v)) in H_equal by assumption.
  assert (H_sign : 0 <= (g * t) * (((((1 - p) * x) + r) * (((p * x) + 1) - r)) - (x * (u + v) ^ 2))) by signs.
  lra.
Qed.

(** (p*(1 - p)*z)**2 = (u*v)**2 *)
Lemma hmm_contraction_11 : forall p r u v z : R,
  (p * (1 - p)) * z ^ 2 = r * (1 - r) -> u ^ 2 = (1 - p) * (1 - r) -> v ^ 2 = p * r -> ((p * (1 - p)) * z) ^ 2 = (u
    * v) ^ 2.
Proof.
  intros. assert (H_equal : ((p * (1 - p)) * z) ^ 2 - ((u * v) ^ 2) = (p * (1 - p)) * (((p * (1 - p)) * z ^ 2) - (r
    * (1 - r))) + (- v ^ 2) * (u ^ 2 - ((1 - p) * (1 - r))) + (- ((1 - p) * (1 - r))) * (v ^ 2 - (p * r))) by field.
  rewrite (Rminus_diag_eq ((p * (1 - p)) * z ^ 2) (r * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (u ^ 2) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (v ^ 2) (p * r)) in H_equal by assumption.
  lra.
Qed.

(** p*(1 - p)*z + u*v > 0 *)
Lemma hmm_contraction_12 : forall p u v z : R,
  0 < p -> 0 < 1 - p -> 0 < z -> 0 < u -> 0 < v -> ((p * (1 - p)) * z) + (u * v) > 0.
Proof.
  intros. assert (H_equal : ((p * (1 - p)) * z) + (u * v) - 0 = p * (1 - p) * z + u * v) by field.
  assert (H_sign : 0 < p * (1 - p) * z + u * v) by signs.
  lra.
Qed.

(** t*((1 - p)*z + r)*(p*z + 1 - r) = (1 - p - r)*z *)
Lemma hmm_contraction_13 : forall p r t u v z : R,
  (p * (1 - p)) * z = u * v -> (p * (1 - p)) * z ^ 2 = r * (1 - r) -> u ^ 2 = (1 - p) * (1 - r) -> v ^ 2 = p * r ->
    t * (u + v) = u - v -> (1 - p) - r = (u - v) * (u + v) -> (t * (((1 - p) * z) + r)) * (((p * z) + 1) - r) = ((1
    - p) - r) * z.
Proof.
  intros. assert (H_equal : (t * (((1 - p) * z) + r)) * (((p * z) + 1) - r) - (((1 - p) - r) * z) = ((2 * t) * z) *
    (((p * (1 - p)) * z) - (u * v)) + (- t) * (((p * (1 - p)) * z ^ 2) - (r * (1 - r))) + (- (t * z)) * (u ^ 2 - ((1
    - p) * (1 - r))) + (- (t * z)) * (v ^ 2 - (p * r)) + (z * (u + v)) * ((t * (u + v)) - (u - v)) + (- z) * (((1 -
    p) - r) - ((u - v) * (u + v)))) by field.
  rewrite (Rminus_diag_eq ((p * (1 - p)) * z) (u * v)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((p * (1 - p)) * z ^ 2) (r * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (u ^ 2) ((1 - p) * (1 - r))) in H_equal by assumption.
  rewrite (Rminus_diag_eq (v ^ 2) (p * r)) in H_equal by assumption.
  rewrite (Rminus_diag_eq (t * (u + v)) (u - v)) in H_equal by assumption.
  rewrite (Rminus_diag_eq ((1 - p) - r) ((u - v) * (u + v))) in H_equal by assumption.
  lra.
Qed.

(** u + v > 0 *)
Lemma hmm_contraction_14 : forall u v : R,
  0 < v -> 0 < u -> u + v > 0.
Proof.
  intros. assert (H_equal : u + v - 0 = v + u) by field.
  assert (H_sign : 0 < v + u) by signs.
  lra.
Qed.

(** (p + r - 2*p*r + 2*u*v) > 0 *)
Lemma hmm_contraction_15 : forall p r u v : R,
  0 < p -> 0 < 1 - r -> 0 < r -> 0 < 1 - p -> 0 < u -> 0 < v -> ((p + r) - ((2 * p) * r)) + ((2 * u) * v) > 0.
Proof.
  intros. assert (H_equal : ((p + r) - ((2 * p) * r)) + ((2 * u) * v) - 0 = p * (1 - r) + r * (1 - p) + 2 * u * v)
    by field.
  assert (H_sign : 0 < p * (1 - r) + r * (1 - p) + 2 * u * v) by signs.
  lra.
Qed.

(** g*(1 - p - r)*(p - r)**2 >= 0 *)
Lemma hmm_contraction_16 : forall g p r : R,
  0 <= g * ((1 - p) - r) -> (g * ((1 - p) - r)) * (p - r) ^ 2 >= 0.
Proof.
  intros. assert (H_equal : (g * ((1 - p) - r)) * (p - r) ^ 2 - 0 = (g * ((1 - p) - r)) * (p - r) ^ 2) by field.
  assert (H_sign : 0 <= (g * ((1 - p) - r)) * (p - r) ^ 2) by signs.
  lra.
Qed.

(** u + v > 0 *)
Lemma hmm_contraction_17 : forall u v : R,
  0 < v -> 0 < u -> u + v > 0.
Proof.
  intros. assert (H_equal : u + v - 0 = v + u) by field.
  assert (H_sign : 0 < v + u) by signs.
  lra.
Qed.

(** (p + r - 2*p*r + 2*u*v) > 0 *)
Lemma hmm_contraction_18 : forall p r u v : R,
  0 < p -> 0 < 1 - r -> 0 < r -> 0 < 1 - p -> 0 < u -> 0 < v -> ((p + r) - ((2 * p) * r)) + ((2 * u) * v) > 0.
Proof.
  intros. assert (H_equal : ((p + r) - ((2 * p) * r)) + ((2 * u) * v) - 0 = p * (1 - r) + r * (1 - p) + 2 * u * v)
    by field.
  assert (H_sign : 0 < p * (1 - r) + r * (1 - p) + 2 * u * v) by signs.
  lra.
Qed.

(** g*(1 - p - r)*(p - r)**2 >= 0 *)
Lemma hmm_contraction_19 : forall g p r : R,
  0 < g * ((1 - p) - r) -> (g * ((1 - p) - r)) * (p - r) ^ 2 >= 0.
Proof.
  intros. assert (H_equal : (g * ((1 - p) - r)) * (p - r) ^ 2 - 0 = (g * ((1 - p) - r)) * (p - r) ^ 2) by field.
  assert (H_sign : 0 <= (g * ((1 - p) - r)) * (p - r) ^ 2) by signs.
  lra.
Qed.

(** (p - r)**2 >= 0 *)
Lemma hmm_contraction_20 : forall p r : R,
  (p - r) ^ 2 >= 0.
Proof.
  intros. assert (H_equal : (p - r) ^ 2 - 0 = (p - r) ^ 2) by field.
  assert (H_sign : 0 <= (p - r) ^ 2) by signs.
  lra.
Qed.

(** (p - r)**2 >= 0, equal iff p - r = 0 *)
Lemma hmm_contraction_20_zero : forall p r : R,
  (p - r) ^ 2 - 0 = 0 <-> p - r = 0.
Proof.
  zero.
Qed.

(** u + v > 0 *)
Lemma hmm_contraction_21 : forall u v : R,
  0 < v -> 0 < u -> u + v > 0.
Proof.
  intros. assert (H_equal : u + v - 0 = v + u) by field.
  assert (H_sign : 0 < v + u) by signs.
  lra.
Qed.

(** 1 - p - r = 0 *)
Lemma hmm_contraction_22 : forall p r : R,
  p + r = 1 -> (1 - p) - r = 0.
Proof.
  intros. assert (H_equal : (1 - p) - r - 0 = (- 1) * ((p + r) - 1)) by field.
  rewrite (Rminus_diag_eq (p + r) 1) in H_equal by assumption.
  lra.
Qed.

(** tau = 0 *)
Lemma hmm_contraction_23 : forall g t : R,
  t = 0 -> g * t = 0.
Proof.
  intros. assert (H_equal : g * t - 0 = g * (t - 0)) by field.
  rewrite (Rminus_diag_eq t 0) in H_equal by assumption.
  lra.
Qed.
