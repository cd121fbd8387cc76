(** A network of two tanh units whose weight matrix has no eigenvalue but 0, and whose error doubles at every step:
    the spectral radius of W says nothing about vanishing. *)

Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations.
Open Scope R_scope.

(** W = [[8, 8], [-8, -8]] and the Jacobian J = [[8, 6], [-8, -6]] at slopes 1 and 3/4, as maps of pairs. *)
Definition W (v : R * R) : R * R := (8 * fst v + 8 * snd v, - 8 * fst v - 8 * snd v).
Definition J (v : R * R) : R * R := (8 * fst v + 6 * snd v, - 8 * fst v - 6 * snd v).
Definition norm2 (v : R * R) : R := sqrt (fst v ^ 2 + snd v ^ 2).

Fixpoint power (M : R * R -> R * R) (q : nat) (v : R * R) : R * R :=
  match q with O => v | S k => M (power M k v) end.

(** The point of rest: tanh 0 = 0, tanh a = 1/2. *)
Definition a : R := ln 3 / 2.

Lemma tanh_a : tanh a = 1 / 2.
Proof.
  rewrite tanh_logistic. unfold a, logistic. replace (2 * (ln 3 / 2)) with (ln 3) by field.
  rewrite exp_Ropp, exp_ln; lra.
Qed.

(** x_t = W tanh(x_(t-1)) + b, b = (-4, a + 4). *)
Definition next (x : R * R) : R * R :=
  (8 * tanh (fst x) + 8 * tanh (snd x) - 4, - 8 * tanh (fst x) - 8 * tanh (snd x) + (a + 4)).

Theorem rests : next (0, a) = (0, a).
Proof. unfold next. simpl. rewrite tanh_zero, tanh_a. f_equal; field. Qed.

Theorem W_is_nilpotent (v : R * R) : W (W v) = (0, 0).
Proof. unfold W. simpl. f_equal; ring. Qed.

Theorem J_is_W_times_slopes (v : R * R) : J v = W (Derive tanh 0 * fst v, Derive tanh a * snd v).
Proof.
  destruct (tanh_slope 0) as [-> _]. destruct (tanh_slope a) as [-> _]. rewrite tanh_zero, tanh_a.
  unfold J, W. simpl. f_equal; field.
Qed.

Theorem J_squared (v : R * R) : J (J v) = (2 * fst (J v), 2 * snd (J v)).
Proof. unfold J. simpl. f_equal; ring. Qed.

(** A curve through the point of rest with velocity v goes on, one step later, with velocity J v: the chain rule. *)
Lemma curve_step (x y : R -> R) (v : R * R) :
  x 0 = 0 -> y 0 = a -> is_derive x 0 (fst v) -> is_derive y 0 (snd v) ->
  is_derive (fun s => fst (next (x s, y s))) 0 (fst (J v)) /\
  is_derive (fun s => snd (next (x s, y s))) 0 (snd (J v)).
Proof.
  intros X Y DX DY. unfold next, J. cbn [fst snd].
  assert (TX : is_derive tanh (x 0) 1) by (rewrite X; generalize (is_derive_tanh 0); now rewrite tanh_zero, pow_ne_zero, Rminus_0_r).
  assert (TY : is_derive tanh (y 0) (3 / 4)).
  { rewrite Y. replace (3 / 4) with (1 - tanh a ^ 2) by (rewrite tanh_a; field). apply is_derive_tanh. }
  assert (EX := is_derive_unique _ _ _ TX). assert (EY := is_derive_unique _ _ _ TY).
  assert (FX := is_derive_unique _ _ _ DX). assert (FY := is_derive_unique _ _ _ DY).
  split; (auto_derive; [repeat split; eexists; eassumption|]).
  - change (fun x0 => x x0) with x. change (fun x0 => y x0) with y. change (fun x0 => tanh x0) with tanh.
    rewrite EX, EY, FX, FY. field.
  - change (fun x0 => x x0) with x. change (fun x0 => y x0) with y. change (fun x0 => tanh x0) with tanh.
    rewrite EX, EY, FX, FY. field.
Qed.

Fixpoint orbit (q : nat) (x : R * R) : R * R := match q with O => x | S k => next (orbit k x) end.

Lemma orbit_rests (q : nat) : orbit q (0, a) = (0, a).
Proof. induction q; simpl; [easy|]. rewrite IHq. apply rests. Qed.

(** The derivative of q steps at the point of rest, in any direction v, is J^q v ... *)
Theorem orbit_derivative (q : nat) (v : R * R) :
  is_derive (fun s => fst (orbit q (s * fst v, a + s * snd v))) 0 (fst (power J q v)) /\
  is_derive (fun s => snd (orbit q (s * fst v, a + s * snd v))) 0 (snd (power J q v)).
Proof.
  induction q.
  - simpl. split; auto_derive; trivial; ring.
  - destruct IHq as [X Y]. cbn [orbit power].
    destruct (curve_step (fun s => fst (orbit q (s * fst v, a + s * snd v)))
      (fun s => snd (orbit q (s * fst v, a + s * snd v))) (power J q v)) as [U V]; try easy;
      try (rewrite !Rmult_0_l, Rplus_0_r, orbit_rests; easy).
Qed.

(** ... which is exactly 2^(q-1) J v ... *)
Theorem nilpotent_flow (q : nat) (v : R * R) : (1 <= q)%nat ->
  power J q v = (2 ^ (q - 1) * fst (J v), 2 ^ (q - 1) * snd (J v)).
Proof.
  intro Q. destruct q; [lia|]. clear Q. replace (S q - 1)%nat with q by lia. induction q.
  - simpl. rewrite !Rmult_1_l. apply surjective_pairing.
  - change (power J (S (S q)) v) with (J (power J (S q) v)). rewrite IHq. unfold J. simpl. f_equal; ring.
Qed.

(** ... of norm exactly 2^(q-1) sqrt 200: an upper bound that v = (4, 3) attains. *)
Theorem nilpotent_norm (q : nat) (v : R * R) : (1 <= q)%nat ->
  norm2 (power J q v) <= 2 ^ (q - 1) * sqrt 200 * norm2 v.
Proof.
  intro Q. rewrite nilpotent_flow by easy. assert (P : 0 <= 2 ^ (q - 1)) by (apply pow_le; lra).
  set (c := 2 ^ (q - 1)) in *. unfold norm2, J. cbn [fst snd].
  rewrite <- (sqrt_pow2 c) at 3 by easy. rewrite <- !sqrt_mult; try nra.
  apply sqrt_le_1_alt.
  replace ((c * (8 * fst v + 6 * snd v)) ^ 2 + (c * (- 8 * fst v - 6 * snd v)) ^ 2) with
    (c ^ 2 * (8 * (4 * fst v + 3 * snd v) ^ 2)) by ring.
  rewrite Rmult_assoc. apply Rmult_le_compat_l; [apply pow2_ge_0|].
  generalize (pow2_ge_0 (3 * fst v - 4 * snd v)). nra.
Qed.

Theorem nilpotent_norm_attained (q : nat) : (1 <= q)%nat ->
  norm2 (power J q (4, 3)) = 2 ^ (q - 1) * sqrt 200 * norm2 (4, 3).
Proof.
  intro Q. rewrite nilpotent_flow by easy. assert (P : 0 <= 2 ^ (q - 1)) by (apply pow_le; lra).
  set (c := 2 ^ (q - 1)) in *. unfold norm2, J. cbn [fst snd].
  rewrite <- (sqrt_pow2 c) at 3 by easy. rewrite <- !sqrt_mult; try nra.
  f_equal. ring.
Qed.
