(** The local error factor |f'(net) w| of one connection of a logistic unit, net = w y + b: it is below 1 for
    |w| < 4, and on either side of w y = 0 it has exactly one peak, where w = (1/y) coth (net/2). *)

Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations.
Open Scope R_scope.

(** The factor that the paper bounds: slope of the logistic at net, times the weight. *)
Definition local_error (net w : R) : R := Derive logistic net * w.

(** H&S 1997, section 3.1: |f'(net) w| < 1 as long as |w| < 4. *)
Theorem local_error_below_one (net w : R) : Rabs w < 4 -> Rabs (local_error net w) < 1.
Proof.
  intro H. unfold local_error. destruct (logistic_slope net) as [_ [B _]].
  rewrite Rabs_mult, (Rabs_right (Derive logistic net)) by lra.
  generalize (Rabs_pos w); intro. nra.
Qed.

(** The gain of the net input, v = w y: |f'(net) w| is |gain| / |y|. *)
Definition gain (b v : R) : R := Derive logistic (v + b) * v.

Lemma local_error_gain (y b w : R) : y <> 0 -> Rabs (local_error (w * y + b) w) = Rabs (gain b (w * y)) / Rabs y.
Proof.
  intro. unfold local_error, gain. rewrite !Rabs_mult. field. now apply Rabs_no_R0.
Qed.

Lemma slope_tanh (a : R) : logistic a * (1 - logistic a) = (1 - tanh (a / 2) ^ 2) / 4.
Proof. rewrite tanh_logistic. replace (2 * (a / 2)) with a by field. field. Qed.

Lemma is_derive_gain (b v : R) :
  is_derive (gain b) v (Derive logistic (v + b) * (1 - v * tanh ((v + b) / 2))).
Proof.
  apply is_derive_ext with (fun v => logistic (v + b) * (1 - logistic (v + b)) * v).
  { intro t. unfold gain. now destruct (logistic_slope (t + b)) as [-> _]. }
  destruct (logistic_slope (v + b)) as [-> _].
  generalize (is_derive_logistic (v + b)); intro D.
  auto_derive; [repeat split; now eexists; apply D|].
  replace (Derive _ _) with (logistic (v + b) * (1 - logistic (v + b))) by (symmetry; now apply is_derive_unique).
  rewrite tanh_logistic. replace (2 * ((v + b) / 2)) with (v + b) by field. ring.
Qed.

Lemma is_derive_local_error (y b w : R) :
  is_derive (fun w => local_error (w * y + b) w) w
    (Derive logistic (w * y + b) * (1 - w * y * tanh ((w * y + b) / 2))).
Proof.
  apply is_derive_ext with (fun w => logistic (w * y + b) * (1 - logistic (w * y + b)) * w).
  { intro t. unfold local_error. now destruct (logistic_slope (t * y + b)) as [-> _]. }
  destruct (logistic_slope (w * y + b)) as [-> _].
  generalize (is_derive_logistic (w * y + b)); intro D.
  auto_derive; [repeat split; now eexists; apply D|].
  replace (Derive _ _) with (logistic (w * y + b) * (1 - logistic (w * y + b))) by (symmetry; now apply is_derive_unique).
  rewrite tanh_logistic. replace (2 * ((w * y + b) / 2)) with (w * y + b) by field. ring.
Qed.

(** The critical points: v tanh ((v + b)/2) = 1, which for v = w y is w = (1/y) coth (net/2). *)
Lemma critical (y b w : R) : y <> 0 ->
  (w * y * tanh ((w * y + b) / 2) = 1 <->
   tanh ((w * y + b) / 2) <> 0 /\ w = / y * / tanh ((w * y + b) / 2)).
Proof.
  intro Y. split.
  - intro H. assert (T : tanh ((w * y + b) / 2) <> 0) by (intro Z; rewrite Z in H; lra).
    split; [easy|]. apply Rmult_eq_reg_r with (y * tanh ((w * y + b) / 2)); [|now apply Rmult_integral_contrapositive].
    rewrite <- Rmult_assoc, H. field. easy.
  - intros [T H]. rewrite H at 1. field. easy.
Qed.

(** On the side v > 0 the critical equation has exactly one solution, for any bias. *)
Definition stationarity (b v : R) : R := v * tanh ((v + b) / 2).

Lemma tanh_half_increasing (b v u : R) : v < u -> tanh ((v + b) / 2) < tanh ((u + b) / 2).
Proof. intro. apply tanh_lt. lra. Qed.

Lemma stationarity_crosses (b v u : R) : 0 < v -> v < u -> 1 <= stationarity b v -> 1 < stationarity b u.
Proof.
  unfold stationarity. intros P L H. generalize (tanh_half_increasing b v u L); intro.
  assert (0 < tanh ((v + b) / 2)) by nra. nra.
Qed.

Lemma continuous_stationarity (b : R) : continuity (stationarity b).
Proof.
  intro v. apply derivable_continuous_pt. unfold stationarity.
  exists (Derive (stationarity b) v). apply is_derive_Reals.
  apply Derive_correct. unfold stationarity. 
  generalize (is_derive_tanh ((v + b) / 2)); intro D. auto_derive. repeat split. now eexists; apply D.
Qed.

Lemma tanh_one : 1 / 2 <= tanh 1.
Proof.
  rewrite tanh_logistic. unfold logistic.
  assert (E : exp (- (2 * 1)) <= / 3).
  { rewrite exp_Ropp. apply Rinv_le_contravar; [lra|]. generalize (exp_ineq1_le (2 * 1)). lra. }
  generalize (exp_pos (- (2 * 1))); intro. set (e := exp (- (2 * 1))) in *.
  assert (3 / 4 <= / (1 + e)); [|lra]. apply Rmult_le_reg_r with (1 + e); [lra|]. rewrite Rinv_l; lra.
Qed.

Theorem peak_exists (b : R) : exists a, 0 < a /\ a * tanh ((a + b) / 2) = 1.
Proof.
  set (m := 2 + Rabs b).
  assert (B : - Rabs b <= b) by (generalize (Rle_abs (- b)); rewrite Rabs_Ropp; lra).
  assert (P := Rabs_pos b).
  assert (M : 1 <= stationarity b m).
  { unfold stationarity. assert (1 / 2 <= tanh ((m + b) / 2)); [|unfold m in *; nra].
    apply Rle_trans with (1 := tanh_one).
    destruct (Req_dec 1 ((m + b) / 2)) as [<-|N]; [lra|]. left. apply tanh_lt. unfold m in *. lra. }
  destruct (IVT_cor (fun v => stationarity b v - 1) 0 m) as [a [A Z]].
  - intro v. apply continuity_pt_minus; [apply continuous_stationarity|now apply continuity_pt_const].
  - unfold m. lra.
  - unfold stationarity at 1. nra.
  - exists a. unfold stationarity in Z. split; [|lra].
    destruct A as [[A|<-] _]; [easy|]. lra.
Qed.

Lemma gain_mean_value (b v u : R) : v < u ->
  exists c, v < c < u /\ gain b u - gain b v = Derive logistic (c + b) * (1 - stationarity b c) * (u - v).
Proof.
  intro L.
  destruct (MVT_cor2 (gain b) (fun v => Derive logistic (v + b) * (1 - stationarity b v)) v u L) as [c [C I]].
  - intros c _. apply is_derive_Reals. apply is_derive_gain.
  - exists c. split; [easy|]. now rewrite C.
Qed.

(** local_error.peak: on the side v = w y > 0 the stationary point is where the gain is largest, and nowhere
    else; so there is no other one. *)
Theorem peak_is_the_maximum (b a v : R) :
  0 < a -> a * tanh ((a + b) / 2) = 1 -> 0 <= v -> v <> a -> gain b v < gain b a.
Proof.
  intros A H V N. change (stationarity b a = 1) in H.
  destruct (Rtotal_order v a) as [L|[E|L]]; [| easy |].
  - destruct (gain_mean_value b v a L) as [c [C M]]. destruct (logistic_slope (c + b)) as [_ [S _]].
    assert (stationarity b c < 1).
    { apply Rnot_le_lt. intro K. generalize (stationarity_crosses b c a ltac:(lra) ltac:(lra) K). lra. }
    assert (0 < Derive logistic (c + b) * (1 - stationarity b c) * (a - v)); [|lra].
    repeat apply Rmult_lt_0_compat; lra.
  - destruct (gain_mean_value b a v L) as [c [C M]]. destruct (logistic_slope (c + b)) as [_ [S _]].
    assert (1 < stationarity b c) by (apply stationarity_crosses with a; lra).
    assert (0 < Derive logistic (c + b) * (stationarity b c - 1) * (v - a)); [|lra].
    repeat apply Rmult_lt_0_compat; lra.
Qed.

Theorem peak_is_unique (b : R) : exists! a, 0 < a /\ a * tanh ((a + b) / 2) = 1.
Proof.
  destruct (peak_exists b) as [a [A H]]. exists a. split; [easy|]. intros c [C G].
  destruct (Req_dec c a) as [->|N]; [easy|]. exfalso.
  generalize (peak_is_the_maximum b a c A H ltac:(lra) N).
  generalize (peak_is_the_maximum b c a C G ltac:(lra) ltac:(now apply not_eq_sym)). lra.
Qed.

(** The other side is the mirror image: bias -b, and v replaced by -v. *)
Lemma logistic_slope_even (a : R) : Derive logistic (- a) = Derive logistic a.
Proof.
  destruct (logistic_slope a) as [-> _]. destruct (logistic_slope (- a)) as [-> _].
  rewrite !slope_tanh. replace (- a / 2) with (- (a / 2)) by field. rewrite tanh_opp. field.
Qed.

Lemma gain_mirror (b v : R) : gain (- b) (- v) = - gain b v.
Proof. unfold gain. replace (- v + - b) with (- (v + b)) by ring. rewrite logistic_slope_even. ring. Qed.

Lemma stationarity_mirror (b v : R) : - v * tanh ((- v + - b) / 2) = v * tanh ((v + b) / 2).
Proof. replace ((- v + - b) / 2) with (- ((v + b) / 2)) by field. rewrite tanh_opp. ring. Qed.

(** local_error.peak in the words of the paper, y <> 0 and any bias: among the weights with w y >= 0 there is exactly one at
    which |f'(net) w| is largest, the one with w = (1/y) coth (net/2); likewise among those with w y <= 0.
    [side] is 1 or -1. *)
Theorem local_error_peak (y b side : R) : y <> 0 -> side = 1 \/ side = -1 ->
  exists! w, 0 < side * (w * y) /\ w * y * tanh ((w * y + b) / 2) = 1 /\
    forall u, 0 <= side * (u * y) -> u <> w ->
      Rabs (local_error (u * y + b) u) < Rabs (local_error (w * y + b) w).
Proof.
  intros Y S.
  assert (Q : side * side = 1) by (destruct S as [-> | ->]; ring).
  assert (G : forall v, gain (side * b) (side * v) = side * gain b v).
  { intro v. destruct S as [-> | ->]; [now rewrite !Rmult_1_l|].
    replace (-1 * b) with (- b) by ring. replace (-1 * v) with (- v) by ring. rewrite gain_mirror. ring. }
  assert (T : forall v, side * v * tanh ((side * v + side * b) / 2) = v * tanh ((v + b) / 2)).
  { intro v. destruct S as [-> | ->]; [now rewrite !Rmult_1_l|].
    replace (-1 * b) with (- b) by ring. replace (-1 * v) with (- v) by ring. apply stationarity_mirror. }
  destruct (peak_is_unique (side * b)) as [a [[A H] U]].
  assert (W : side * (side * a / y * y) = a).
  { replace (side * (side * a / y * y)) with (side * side * a) by (field; easy). rewrite Q. ring. }
  exists (side * a / y). split; [split; [now rewrite W|split]|].
  - rewrite <- T, W. easy.
  - intros u V N. rewrite !local_error_gain by easy.
    apply Rmult_lt_compat_r; [now apply Rinv_0_lt_compat, Rabs_pos_lt|].
    assert (K : forall v, 0 <= side * v -> Rabs (gain b v) = gain (side * b) (side * v)).
    { intros v P. assert (0 <= gain (side * b) (side * v)).
      { unfold gain. destruct (logistic_slope (side * v + side * b)) as [_ [? _]]. apply Rmult_le_pos; lra. }
      destruct S as [-> | ->]; rewrite G in *; [rewrite Rabs_right; lra|].
      rewrite Rabs_left1; lra. }
    rewrite !K; [|rewrite W; lra|easy]. rewrite W.
    apply peak_is_the_maximum; try easy. intro E. apply N. rewrite <- E.
    replace (side * (side * (u * y)) / y) with (side * side * u) by (field; easy). rewrite Q. ring.
  - intros w [V [Z _]]. assert (E : a = side * (w * y)) by (apply U; split; [easy|now rewrite T]).
    rewrite E. replace (side * (side * (w * y)) / y) with (side * side * w) by (field; easy). rewrite Q. ring.
Qed.

(** local_error.peak_gain: without bias the gain is at most (X - 1/X)/4 at the X > 0 with X tanh (X/2) = 1. *)
Theorem peak_gain (X v : R) : 0 < X -> X * tanh (X / 2) = 1 ->
  gain 0 X = (X - / X) / 4 /\ (v <> X -> v <> - X -> Rabs (gain 0 v) < gain 0 X).
Proof.
  intros P H. assert (H' : X * tanh ((X + 0) / 2) = 1) by now rewrite Rplus_0_r. split.
  - unfold gain. destruct (logistic_slope (X + 0)) as [-> _]. rewrite slope_tanh, Rplus_0_r.
    replace (tanh (X / 2)) with (/ X); [field; lra|].
    apply Rmult_eq_reg_l with X; [rewrite H; field|]; lra.
  - intros N M. destruct (Rle_lt_dec 0 v) as [V|V].
    + rewrite Rabs_right; [now apply peak_is_the_maximum|].
      unfold gain. destruct (logistic_slope (v + 0)) as [_ [? _]]. nra.
    + rewrite Rabs_left1; [|unfold gain; destruct (logistic_slope (v + 0)) as [_ [? _]]; nra].
      replace (- gain 0 v) with (gain 0 (- v)) by (rewrite <- (gain_mirror 0 v); f_equal; ring).
      apply peak_is_the_maximum; try easy; lra.
Qed.
