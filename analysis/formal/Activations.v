(** Slopes of the logistic function, of tanh and of the two squashes of 1997: their values, their bounds,
    and where the bounds are attained. *)

Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition logistic (x : R) : R := / (1 + exp (- x)).

(** The squash of the cell input (g in print) and that of the cell state (h in print). *)
Definition squash_in (x : R) : R := 4 * logistic x - 2.
Definition squash_out (x : R) : R := 2 * logistic x - 1.

Lemma logistic_exp (x : R) : logistic x * (1 + exp (- x)) = 1.
Proof. unfold logistic. generalize (exp_pos (- x)); intro. field. lra. Qed.

Lemma logistic_range (x : R) : 0 < logistic x < 1.
Proof.
  unfold logistic. generalize (exp_pos (- x)); intro. split.
  - apply Rinv_0_lt_compat. lra.
  - rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
Qed.

Lemma logistic_increasing (x y : R) : x < y -> logistic x < logistic y.
Proof.
  intro. unfold logistic. generalize (exp_pos (- x)), (exp_pos (- y)); intros.
  assert (exp (- y) < exp (- x)) by (apply exp_increasing; lra).
  apply Rinv_lt_contravar; nra.
Qed.

Lemma logistic_lt (x y : R) : logistic x < logistic y <-> x < y.
Proof.
  split; intro H; [|now apply logistic_increasing].
  destruct (Rtotal_order x y) as [?|[->|G]]; [easy|lra|]. apply logistic_increasing in G. lra.
Qed.

Lemma logistic_eq (x y : R) : logistic x = logistic y <-> x = y.
Proof.
  split; intro H; [|now subst].
  destruct (Rtotal_order x y) as [G|[?|G]]; [|easy|]; apply logistic_increasing in G; lra.
Qed.

Lemma logistic_0 : logistic 0 = 1 / 2.
Proof. unfold logistic. rewrite Ropp_0, exp_0. lra. Qed.

Lemma logistic_centre (x : R) : logistic x = 1 / 2 <-> x = 0.
Proof. rewrite <- logistic_0. apply logistic_eq. Qed.

Lemma tanh_logistic (x : R) : tanh x = 2 * logistic (2 * x) - 1.
Proof.
  unfold tanh, sinh, cosh, logistic.
  replace (- (2 * x)) with (- x + - x) by ring. rewrite exp_plus, exp_Ropp.
  generalize (exp_pos x); intro. field. split; nra.
Qed.

Lemma tanh_range (x : R) : -1 < tanh x < 1.
Proof. rewrite tanh_logistic. generalize (logistic_range (2 * x)). lra. Qed.

Lemma tanh_lt (x y : R) : tanh x < tanh y <-> x < y.
Proof.
  rewrite !tanh_logistic. generalize (logistic_lt (2 * x) (2 * y)). intros [H G].
  split; intro L.
  - assert (2 * x < 2 * y) by (apply H; lra). lra.
  - assert (K : 2 * x < 2 * y) by lra. apply G in K. lra.
Qed.

Lemma tanh_eq (x y : R) : tanh x = tanh y <-> x = y.
Proof.
  split; intro H; [|now subst]. rewrite !tanh_logistic in H.
  assert (2 * x = 2 * y) by (apply logistic_eq; lra). lra.
Qed.

Lemma tanh_zero : tanh 0 = 0.
Proof. rewrite tanh_logistic, Rmult_0_r, logistic_0. lra. Qed.

Lemma tanh_opp (x : R) : tanh (- x) = - tanh x.
Proof.
  unfold tanh, sinh, cosh. rewrite Ropp_involutive.
  generalize (exp_pos x), (exp_pos (- x)); intros. field. lra.
Qed.

Lemma tanh_pos (x : R) : 0 < tanh x <-> 0 < x.
Proof. rewrite <- tanh_zero at 1. apply tanh_lt. Qed.

Lemma is_derive_logistic (x : R) : is_derive logistic x (logistic x * (1 - logistic x)).
Proof.
  generalize (exp_pos (- x)); intro.
  unfold logistic. auto_derive; [lra|]. field. lra.
Qed.

Lemma is_derive_tanh (x : R) : is_derive tanh x (1 - tanh x ^ 2).
Proof.
  apply is_derive_ext with (fun x => 2 * logistic (2 * x) - 1).
  { intro. symmetry. apply tanh_logistic. }
  rewrite tanh_logistic.
  generalize (is_derive_logistic (2 * x)); intro D.
  auto_derive; [now exists (logistic (2 * x) * (1 - logistic (2 * x)))|].
  replace (Derive _ _) with (logistic (2 * x) * (1 - logistic (2 * x))) by (symmetry; now apply is_derive_unique).
  ring.
Qed.

Lemma is_derive_exp (x : R) : is_derive exp x (exp x).
Proof. auto_derive; [easy|ring]. Qed.

(** logistic.slope: the slope is at most 1/4, at x = 0 and nowhere else. *)
Theorem logistic_slope (x : R) :
  Derive logistic x = logistic x * (1 - logistic x) /\
  0 < Derive logistic x <= 1 / 4 /\
  (Derive logistic x = 1 / 4 <-> x = 0).
Proof.
  assert (E : Derive logistic x = logistic x * (1 - logistic x)) by apply is_derive_unique, is_derive_logistic.
  rewrite E, <- logistic_centre. destruct (logistic_range x). generalize (pow2_ge_0 (logistic x - 1 / 2)); intro S.
  split; [easy|split; [split; nra|split; intro H1]]; [|rewrite H1; field].
  assert (H2 : Rsqr (logistic x - 1 / 2) = 0) by (unfold Rsqr; lra).
  apply Rsqr_0_uniq in H2. lra.
Qed.

(** tanh.slope: the slope is at most 1, at x = 0 and nowhere else. *)
Theorem tanh_slope (x : R) :
  Derive tanh x = 1 - tanh x ^ 2 /\
  0 < Derive tanh x <= 1 /\
  (Derive tanh x = 1 <-> x = 0).
Proof.
  assert (E : Derive tanh x = 1 - tanh x ^ 2) by apply is_derive_unique, is_derive_tanh.
  rewrite E. destruct (tanh_range x).
  split; [easy|split; [split; nra|split; intro H1]].
  - apply tanh_eq. rewrite tanh_zero. apply Rsqr_0_uniq. unfold Rsqr. lra.
  - rewrite H1, tanh_zero. ring.
Qed.

Lemma is_derive_squash_out (x : R) : is_derive squash_out x ((1 - squash_out x ^ 2) / 2).
Proof.
  unfold squash_out. generalize (is_derive_logistic x); intro D.
  auto_derive; [now eexists; apply D|]. 
  replace (Derive _ _) with (logistic x * (1 - logistic x)) by (symmetry; now apply is_derive_unique). field.
Qed.

Lemma is_derive_squash_in (x : R) : is_derive squash_in x (1 - squash_in x ^ 2 / 4).
Proof.
  unfold squash_in. generalize (is_derive_logistic x); intro D.
  auto_derive; [now eexists; apply D|].
  replace (Derive _ _) with (logistic x * (1 - logistic x)) by (symmetry; now apply is_derive_unique). field.
Qed.

(** squash.slopes: both squashes are hyperbolic tangents of half the argument; slopes at most 1/2 and 1. *)
Theorem squash_out_slope (x : R) :
  squash_out x = tanh (x / 2) /\
  Derive squash_out x = (1 - squash_out x ^ 2) / 2 /\
  0 < Derive squash_out x <= 1 / 2 /\
  (Derive squash_out x = 1 / 2 <-> x = 0).
Proof.
  assert (E : squash_out x = tanh (x / 2)).
  { rewrite tanh_logistic. unfold squash_out. now replace (2 * (x / 2)) with x by field. }
  assert (D : Derive squash_out x = (1 - squash_out x ^ 2) / 2) by apply is_derive_unique, is_derive_squash_out.
  rewrite D, E. destruct (tanh_range (x / 2)).
  split; [easy|split; [lra|split; [split; nra|split; intro H1]]].
  - assert (x / 2 = 0); [|lra]. apply tanh_eq. rewrite tanh_zero. apply Rsqr_0_uniq. unfold Rsqr. lra.
  - rewrite H1. replace (0 / 2) with 0 by field. rewrite tanh_zero. field.
Qed.

Theorem squash_in_slope (x : R) :
  squash_in x = 2 * tanh (x / 2) /\
  Derive squash_in x = 1 - squash_in x ^ 2 / 4 /\
  0 < Derive squash_in x <= 1 /\
  (Derive squash_in x = 1 <-> x = 0).
Proof.
  assert (E : squash_in x = 2 * tanh (x / 2)).
  { rewrite tanh_logistic. unfold squash_in. replace (2 * (x / 2)) with x by field. ring. }
  assert (D : Derive squash_in x = 1 - squash_in x ^ 2 / 4) by apply is_derive_unique, is_derive_squash_in.
  rewrite D, E. destruct (tanh_range (x / 2)).
  split; [easy|split; [lra|split; [split; nra|split; intro H1]]].
  - assert (x / 2 = 0); [|lra]. apply tanh_eq. rewrite tanh_zero. apply Rsqr_0_uniq. unfold Rsqr. lra.
  - rewrite H1. replace (0 / 2) with 0 by field. rewrite tanh_zero. field.
Qed.

(** slopes.crossing: the slope of tanh is the larger one as long as cosh (x/2) < (1 + sqrt 3) / 2. *)
Theorem slopes_crossing (x : R) :
  (Derive logistic x < Derive tanh x <-> cosh (x / 2) < (1 + sqrt 3) / 2) /\
  (Derive logistic x = Derive tanh x <-> cosh (x / 2) = (1 + sqrt 3) / 2).
Proof.
  destruct (logistic_slope x) as [-> _]. destruct (tanh_slope x) as [-> _].
  set (u := cosh (x / 2)). set (e := exp (x / 2)).
  assert (P : 0 < e) by apply exp_pos.
  assert (U : u = (e + / e) / 2) by (unfold u, cosh, e; now rewrite exp_Ropp).
  assert (U1 : 1 <= u).
  { rewrite U. apply Rmult_le_reg_r with (2 * e); [lra|].
    replace ((e + / e) / 2 * (2 * e)) with (e ^ 2 + 1) by (field; lra). generalize (pow2_ge_0 (e - 1)). nra. }
  assert (L : logistic x * (1 - logistic x) = / (4 * u ^ 2)).
  { unfold logistic. replace (- x) with (- (x / 2) + - (x / 2)) by field. rewrite exp_plus, exp_Ropp.
    fold e. rewrite U. field. repeat split; nra. }
  assert (T : 1 - tanh x ^ 2 = / (2 * u ^ 2 - 1) ^ 2).
  { unfold tanh, sinh, cosh. replace (- x) with (- (x / 2) + - (x / 2)) by field.
    replace (exp x) with (exp (x / 2 + x / 2)) by (f_equal; field). rewrite !exp_plus, exp_Ropp.
    fold e. rewrite U. field. repeat split; nra. }
  rewrite L, T. clear L T e P U. clearbody u.
  assert (S0 : 0 < sqrt 3) by (apply sqrt_lt_R0; lra).
  assert (S : sqrt 3 * sqrt 3 = 3) by (apply sqrt_sqrt; lra).
  assert (F : / (2 * u ^ 2 - 1) ^ 2 - / (4 * u ^ 2) =
              ((1 + sqrt 3) / 2 - u) * ((u + (sqrt 3 - 1) / 2) * 2 * (2 * u ^ 2 - 1 + 2 * u)
                / ((2 * u ^ 2 - 1) ^ 2 * (4 * u ^ 2)))).
  { assert (2 * u + 1 - 2 * u ^ 2 = 2 * ((1 + sqrt 3) / 2 - u) * (u + (sqrt 3 - 1) / 2)) by nra.
    transitivity ((2 * u + 1 - 2 * u ^ 2) * (2 * u ^ 2 - 1 + 2 * u) / ((2 * u ^ 2 - 1) ^ 2 * (4 * u ^ 2))).
    - field. split; nra.
    - rewrite H. field. split; nra. }
  assert (K : 0 < (u + (sqrt 3 - 1) / 2) * 2 * (2 * u ^ 2 - 1 + 2 * u) / ((2 * u ^ 2 - 1) ^ 2 * (4 * u ^ 2))).
  { assert (1 < sqrt 3) by nra.
    apply Rdiv_lt_0_compat; repeat apply Rmult_lt_0_compat; solve [nra|apply pow_lt; nra]. }
  revert F K. generalize ((u + (sqrt 3 - 1) / 2) * 2 * (2 * u ^ 2 - 1 + 2 * u) / ((2 * u ^ 2 - 1) ^ 2 * (4 * u ^ 2))).
  intros k F K. split; split; intro H; nra.
Qed.

Corollary slope_at_the_crossing (x : R) :
  cosh (x / 2) = (1 + sqrt 3) / 2 -> Derive logistic x = (2 - sqrt 3) / 2.
Proof.
  intro U. destruct (logistic_slope x) as [-> _]. unfold cosh in U. rewrite exp_Ropp in U.
  set (e := exp (x / 2)) in U. assert (P : 0 < e) by apply exp_pos.
  assert (S0 : 0 < sqrt 3) by (apply sqrt_lt_R0; lra). assert (S : sqrt 3 * sqrt 3 = 3) by (apply sqrt_sqrt; lra).
  assert (L : logistic x * (1 - logistic x) = / (4 * ((e + / e) / 2) ^ 2)).
  { unfold logistic. replace (- x) with (- (x / 2) + - (x / 2)) by field. rewrite exp_plus, exp_Ropp.
    fold e. field. repeat split; nra. }
  rewrite L, U. apply Rmult_eq_reg_r with (4 * ((1 + sqrt 3) / 2) ^ 2); [|nra]. rewrite Rinv_l by nra. nra.
Qed.
