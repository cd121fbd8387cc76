(** One tanh unit that feeds itself, without bias or input: its error vanishes however large the weight is. *)

Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations ErrorFlow.
Open Scope R_scope.

(** h_t = tanh (w h_(t-1)). *)
Fixpoint hidden (w : R) (t : nat) (h0 : R) : R :=
  match t with O => h0 | S k => tanh (w * hidden w k h0) end.

(** The error flow is the product of w tanh'(w h_(t-1)) = w (1 - h_t^2). *)
Theorem hidden_derivative (w h0 : R) (q : nat) :
  is_derive (hidden w q) h0 (product (fun t => w * (1 - hidden w t h0 ^ 2)) q).
Proof.
  induction q; [apply (is_derive_id h0)|]. cbn [product].
  apply (is_derive_ext (fun h => tanh (w * hidden w q h))); [easy|].
  replace (w * (1 - hidden w (S q) h0 ^ 2) * product (fun t => w * (1 - hidden w t h0 ^ 2)) q) with
    (scal (w * product (fun t => w * (1 - hidden w t h0 ^ 2)) q) (1 - tanh (w * hidden w q h0) ^ 2))
    by (unfold scal; simpl; unfold mult; simpl; ring).
  apply (is_derive_comp tanh (fun h => w * hidden w q h)); [apply is_derive_tanh|].
  now apply is_derive_scal.
Qed.

(** tanh lies below the diagonal, and its slope below that of the chord from 0. *)
Lemma tanh_below (x : R) : 0 < x -> tanh x < x.
Proof.
  intro P. destruct (MVT_cor2 tanh (fun x => 1 - tanh x ^ 2) 0 x P) as [c [E C]].
  { intros. apply is_derive_Reals, is_derive_tanh. }
  rewrite tanh_zero in E. assert (0 < tanh c) by (apply tanh_pos; lra).
  assert (0 < tanh c ^ 2 * x) by (apply Rmult_lt_0_compat; [now apply pow_lt|easy]). lra.
Qed.

Lemma slope_below_chord (x : R) : 0 < x -> x * (1 - tanh x ^ 2) < tanh x.
Proof.
  intro P. destruct (MVT_cor2 (fun x => tanh x - x * (1 - tanh x ^ 2)) (fun x => 2 * x * tanh x * (1 - tanh x ^ 2)) 0 x P) as [c [E C]].
  { intros c _. apply is_derive_Reals. generalize (is_derive_tanh c); intro D.
    auto_derive; [repeat split; now eexists; apply D|].
    replace (Derive _ _) with (1 - tanh c ^ 2) by (symmetry; now apply is_derive_unique). ring. }
  rewrite tanh_zero in E. destruct C, (tanh_range c). assert (0 < tanh c) by now apply tanh_pos.
  assert (0 < 1 - tanh c ^ 2) by nra.
  assert (0 < 2 * c * tanh c * (1 - tanh c ^ 2) * (x - 0)); [|lra].
  repeat first [lra | apply Rmult_lt_0_compat].
Qed.

(** The ratio of slope and chord, x tanh'(x) / tanh x, falls. *)
Definition ratio (x : R) : R := x * (1 - tanh x ^ 2) / tanh x.

Lemma ratio_falls (x y : R) : 0 < x -> x <= y -> ratio y <= ratio x.
Proof.
  intros P [L|<-]; [|lra].
  destruct (MVT_cor2 ratio (fun x => (1 - tanh x ^ 2) * (tanh x - x * (1 + tanh x ^ 2)) / tanh x ^ 2) x y L) as [c [E C]].
  { intros c C. apply is_derive_Reals. assert (0 < tanh c) by (apply tanh_pos; lra).
    unfold ratio. generalize (is_derive_tanh c); intro D.
    auto_derive; [repeat split; try (now eexists; apply D); now apply Rgt_not_eq|].
    replace (Derive _ _) with (1 - tanh c ^ 2) by (symmetry; now apply is_derive_unique). field. lra. }
  assert (0 < c) by lra. assert (T := tanh_below c H). destruct (tanh_range c).
  assert (0 < tanh c) by (now apply tanh_pos).
  assert (0 <= (1 - tanh c ^ 2) * (c * (1 + tanh c ^ 2) - tanh c) / tanh c ^ 2 * (y - x)).
  { assert (0 < tanh c ^ 2) by now apply pow_lt. assert (0 < c * tanh c ^ 2) by now apply Rmult_lt_0_compat.
    apply Rmult_le_pos; [|lra]. apply Rmult_le_pos; [apply Rmult_le_pos; nra|]. left. now apply Rinv_0_lt_compat. }
  assert (F : (1 - tanh c ^ 2) * (tanh c - c * (1 + tanh c ^ 2)) / tanh c ^ 2 * (y - x) =
    - ((1 - tanh c ^ 2) * (c * (1 + tanh c ^ 2) - tanh c) / tanh c ^ 2 * (y - x))) by (field; lra).
  lra.
Qed.

Lemma tanh_lower (x : R) : 0 <= x -> x / (1 + x) <= tanh x.
Proof.
  intro P. rewrite tanh_logistic. unfold logistic. rewrite exp_Ropp.
  assert (E : 1 + 2 * x <= exp (2 * x)) by apply exp_ineq1_le.
  assert (Q : / exp (2 * x) <= / (1 + 2 * x)) by (apply Rinv_le_contravar; lra).
  assert (0 < / exp (2 * x)) by (apply Rinv_0_lt_compat; lra).
  assert (/ (1 + / (1 + 2 * x)) <= / (1 + / exp (2 * x))) by (apply Rinv_le_contravar; lra).
  replace (x / (1 + x)) with (2 * / (1 + / (1 + 2 * x)) - 1) by (field; lra). lra.
Qed.

Section Positive.

Variables w h0 : R.
Hypotheses (w_large : 1 < w) (start : 0 < h0).

Let low : R := Rmin h0 ((w - 1) / w).

Lemma low_pos : 0 < low.
Proof. apply Rmin_pos; [easy|]. apply Rdiv_lt_0_compat; lra. Qed.

Lemma hidden_stays (t : nat) : low <= hidden w t h0.
Proof.
  assert (L := low_pos). induction t; simpl; [apply Rmin_l|].
  assert (tanh (w * low) <= tanh (w * hidden w t h0)).
  { destruct IHt as [I|<-]; [|lra]. left. apply tanh_lt. now apply Rmult_lt_compat_l; [lra|]. }
  apply Rle_trans with (2 := H). apply Rle_trans with (2 := tanh_lower (w * low) ltac:(nra)).
  assert (low <= (w - 1) / w) by apply Rmin_r.
  apply Rmult_le_reg_r with (1 + w * low); [nra|].
  replace (w * low / (1 + w * low) * (1 + w * low)) with (w * low) by (field; nra).
  assert (w * low <= w - 1); [|nra]. apply Rmult_le_compat_l with (r := w) in H0; [|lra].
  replace (w * ((w - 1) / w)) with (w - 1) in H0 by (field; lra). lra.
Qed.

Lemma flow_at_most (q : nat) :
  0 <= product (fun t => w * (1 - hidden w t h0 ^ 2)) q <= ratio (w * low) ^ q * (hidden w q h0 / h0).
Proof.
  assert (L := low_pos). assert (WL : 0 < w * low) by nra.
  induction q; simpl product; simpl pow.
  - simpl. replace (h0 / h0) with 1 by (field; lra). lra.
  - assert (HT := hidden_stays q). set (h := hidden w q h0) in *.
    assert (P : 0 < w * h) by nra. assert (T : 0 < tanh (w * h)) by now apply tanh_pos.
    destruct (tanh_range (w * h)) as [_ T1].
    change (hidden w (S q) h0) with (tanh (w * h)).
    assert (R1 : ratio (w * h) <= ratio (w * low)) by (apply ratio_falls; nra).
    assert (E : w * (1 - tanh (w * h) ^ 2) = ratio (w * h) * (tanh (w * h) / h)) by (unfold ratio; field; lra).
    assert (R0 : 0 <= ratio (w * h)).
    { unfold ratio. apply Rmult_le_pos; [apply Rmult_le_pos; nra|]. left. now apply Rinv_0_lt_compat. }
    assert (W0 : 0 <= w * (1 - tanh (w * h) ^ 2)) by (apply Rmult_le_pos; nra).
    split; [now apply Rmult_le_pos|].
    apply Rle_trans with (w * (1 - tanh (w * h) ^ 2) * (ratio (w * low) ^ q * (h / h0))); [now apply Rmult_le_compat_l|].
    rewrite E. replace (ratio (w * h) * (tanh (w * h) / h) * (ratio (w * low) ^ q * (h / h0))) with
      (ratio (w * h) * (ratio (w * low) ^ q * (tanh (w * h) / h0))) by (field; lra).
    rewrite (Rmult_assoc (ratio (w * low))). apply Rmult_le_compat_r; [|easy].
    apply Rmult_le_pos; [apply pow_le; lra|]. apply Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat. lra.
Qed.

Lemma positive_vanishes : is_lim_seq (product (fun t => w * (1 - hidden w t h0 ^ 2))) 0.
Proof.
  assert (L := low_pos). assert (WL : 0 < w * low) by nra.
  assert (T : 0 < tanh (w * low)) by now apply tanh_pos.
  assert (R1 : 0 <= ratio (w * low) < 1).
  { destruct (tanh_range (w * low)). split.
    - unfold ratio. apply Rmult_le_pos; [apply Rmult_le_pos; nra|]. left. now apply Rinv_0_lt_compat.
    - unfold ratio. apply Rmult_lt_reg_r with (tanh (w * low)); [easy|].
      replace (w * low * (1 - tanh (w * low) ^ 2) / tanh (w * low) * tanh (w * low)) with
        (w * low * (1 - tanh (w * low) ^ 2)) by (field; lra).
      rewrite Rmult_1_l. now apply slope_below_chord. }
  apply is_lim_seq_le_le with (fun _ => 0) (fun q => ratio (w * low) ^ q * (Rmax 1 h0 / h0)).
  - intro q. destruct (flow_at_most q) as [P B]. split; [easy|]. apply Rle_trans with (1 := B).
    apply Rmult_le_compat_l; [apply pow_le; lra|]. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
    destruct q; simpl; [apply Rmax_r|]. apply Rle_trans with (2 := Rmax_l _ _). left. apply tanh_range.
  - apply is_lim_seq_const.
  - replace (Finite 0) with (Rbar_mult 0 (Rmax 1 h0 / h0)) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_r, is_lim_seq_geom. rewrite Rabs_right; lra.
Qed.

End Positive.

(** Signs: |h_t| is the orbit of |w| from |h_0|. *)
Lemma hidden_abs (w h0 : R) (t : nat) : hidden (Rabs w) t (Rabs h0) = Rabs (hidden w t h0).
Proof.
  assert (A : forall x, tanh (Rabs x) = Rabs (tanh x)).
  { intro x. destruct (Rle_lt_dec 0 x) as [[P|<-]|N].
    - rewrite !Rabs_right; [easy|left; now apply tanh_pos|lra].
    - now rewrite tanh_zero, Rabs_R0, tanh_zero.
    - rewrite (Rabs_left x) by easy. rewrite tanh_opp. symmetry. apply Rabs_left.
      assert (0 < tanh (- x)) by (apply tanh_pos; lra). rewrite tanh_opp in H. lra. }
  induction t; simpl; [easy|]. now rewrite IHt, <- Rabs_mult, A.
Qed.

(** rnn.scalar_vanishes: |w| > 1 makes the error of one tanh unit vanish from every start other than 0. *)
Theorem scalar_vanishes (w h0 : R) : 1 < Rabs w -> h0 <> 0 ->
  is_lim_seq (fun q => Derive (hidden w q) h0) 0.
Proof.
  intros L N. apply is_lim_seq_abs_0.
  apply is_lim_seq_ext with (product (fun t => Rabs w * (1 - hidden (Rabs w) t (Rabs h0) ^ 2))).
  - intro q. replace (Derive (hidden w q) h0) with (product (fun t => w * (1 - hidden w t h0 ^ 2)) q)
      by (symmetry; apply is_derive_unique, hidden_derivative).
    induction q; [symmetry; apply Rabs_R1|]. cbn [product].
    rewrite Rabs_mult, <- IHq, hidden_abs, pow2_abs. f_equal. rewrite Rabs_mult. f_equal.
    symmetry. apply Rabs_right. simpl. destruct (tanh_range (w * hidden w q h0)). nra.
  - apply positive_vanishes; [easy|now apply Rabs_pos_lt].
Qed.

(** # From 0 the error explodes, as w^q. *)
Theorem scalar_at_zero (w : R) (q : nat) : Derive (hidden w q) 0 = w ^ q.
Proof.
  assert (Z : forall t, hidden w t 0 = 0).
  { induction t; simpl; [easy|]. now rewrite IHt, Rmult_0_r, tanh_zero. }
  apply is_derive_unique. replace (w ^ q) with (product (fun t => w * (1 - hidden w t 0 ^ 2)) q).
  { apply hidden_derivative. }
  clear - Z. induction q; [easy|]. cbn [product]. rewrite IHq, Z. simpl. ring.
Qed.
