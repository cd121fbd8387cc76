(** The two-sided theorem on the full error flow of an LSTM, in any normed spaces of cell states and hidden states.

    One step of any cell of the family is dc' = F dc + A dh, dh' = D dc' + B dh. All that is used of the four maps
    is how much they stretch: mu ||c|| <= ||F c|| <= phi ||c||, ||A|| <= alpha, ||D|| <= d, ||B|| <= beta. *)

Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(** The rates: the larger roots of l^2 - (phi + d alpha + beta) l + phi beta and of
    l^2 - (mu - alpha d + beta) l + mu beta, and the slope of the invariant cone. *)
Definition trace_plus (phi alpha d beta : R) : R := phi + d * alpha + beta.
Definition lambda_plus (phi alpha d beta : R) : R :=
  (trace_plus phi alpha d beta + sqrt (trace_plus phi alpha d beta ^ 2 - 4 * phi * beta)) / 2.

Definition trace_minus (mu alpha d beta : R) : R := mu - alpha * d + beta.
Definition lambda_minus (mu alpha d beta : R) : R :=
  (trace_minus mu alpha d beta + sqrt (trace_minus mu alpha d beta ^ 2 - 4 * mu * beta)) / 2.
Definition cone (mu alpha d beta : R) : R := (mu - lambda_minus mu alpha d beta) / alpha.

Section Rates.

Variables phi mu alpha d beta : R.
Hypotheses (phi_pos : 0 <= phi) (alpha_pos : 0 <= alpha) (d_pos : 0 <= d) (beta_pos : 0 <= beta).

Lemma discriminant_plus : (phi + d * alpha - beta) ^ 2 <= trace_plus phi alpha d beta ^ 2 - 4 * phi * beta.
Proof.
  unfold trace_plus. assert (0 <= d * alpha * beta) by (repeat apply Rmult_le_pos; easy). nra.
Qed.

Lemma lambda_plus_root : let l := lambda_plus phi alpha d beta in
  l ^ 2 = trace_plus phi alpha d beta * l - phi * beta.
Proof.
  intro l. subst l. unfold lambda_plus. set (t := trace_plus phi alpha d beta).
  assert (S : sqrt (t ^ 2 - 4 * phi * beta) * sqrt (t ^ 2 - 4 * phi * beta) = t ^ 2 - 4 * phi * beta).
  { apply sqrt_sqrt. apply Rle_trans with (2 := discriminant_plus). apply pow2_ge_0. }
  nra.
Qed.

Lemma lambda_plus_lower_hidden : d * alpha + beta <= lambda_plus phi alpha d beta.
Proof.
  assert (N : 0 <= d * alpha * phi) by (repeat apply Rmult_le_pos; easy).
  assert (H : Rabs (d * alpha + beta - phi) <= sqrt (trace_plus phi alpha d beta ^ 2 - 4 * phi * beta)).
  { rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr, trace_plus. nra. }
  generalize (Rle_abs (d * alpha + beta - phi)). unfold lambda_plus, trace_plus in *. lra.
Qed.

Lemma lambda_plus_lower : phi + d * alpha <= lambda_plus phi alpha d beta /\ beta <= lambda_plus phi alpha d beta.
Proof.
  unfold lambda_plus. generalize discriminant_plus; intro H.
  assert (Rabs (phi + d * alpha - beta) <= sqrt (trace_plus phi alpha d beta ^ 2 - 4 * phi * beta)).
  { rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. unfold Rsqr. nra. }
  generalize (Rle_abs (phi + d * alpha - beta)), (Rle_abs (- (phi + d * alpha - beta))). rewrite Rabs_Ropp.
  unfold trace_plus in *. lra.
Qed.

(** lambda_+ < 1 if and only if phi < 1, beta < 1 and d alpha < (1 - phi) (1 - beta). *)
Theorem lambda_plus_below_one :
  lambda_plus phi alpha d beta < 1 <-> phi < 1 /\ beta < 1 /\ d * alpha < (1 - phi) * (1 - beta).
Proof.
  destruct lambda_plus_lower as [P B]. generalize lambda_plus_root; cbv zeta.
  set (l := lambda_plus phi alpha d beta) in *. unfold trace_plus. intro Z.
  assert (N : 0 <= d * alpha) by now apply Rmult_le_pos. split.
  - intro H. split; [lra|split; [lra|]]. 
    assert (Y : (l - phi) * (l - beta) = d * alpha * l) by nra.
    destruct (Req_dec l 0) as [E|E]; [nra|].
    assert (0 < l) by lra. 
    assert (0 < l * ((1 - phi) * (1 - beta) - d * alpha)); [|nra].
    replace (l * ((1 - phi) * (1 - beta) - d * alpha)) with ((1 - l) * (l - phi * beta))
      by nra.
    apply Rmult_lt_0_compat; nra.
  - intros [P1 [B1 H]]. apply Rnot_le_lt. intro L.
    assert ((l - phi) * (l - beta) = d * alpha * l) by nra.
    assert ((1 - phi) * (1 - beta) * l <= (l - phi) * (l - beta)); [|nra].
    assert (0 <= (l - 1) * (l - phi * beta)) by (apply Rmult_le_pos; nra). nra.
Qed.

(** Beyond lambda_+ the polynomial is positive. *)
Lemma beyond_lambda_plus (r : R) : lambda_plus phi alpha d beta < r ->
  d * alpha * phi < (r - phi) * (r - (d * alpha + beta)).
Proof.
  intro L. generalize lambda_plus_root lambda_plus_lower_hidden lambda_plus_lower. cbv zeta. unfold trace_plus.
  set (l := lambda_plus phi alpha d beta) in *. intros Z P [Q _].
  assert (0 < (r - l) * (r + l - (phi + d * alpha + beta))) by (apply Rmult_lt_0_compat; nra). nra.
Qed.

Hypotheses (mu_pos : 0 < mu) (enough : sqrt (alpha * d) + sqrt beta <= sqrt mu).

Lemma roots_are_real : 2 * sqrt (mu * beta) <= trace_minus mu alpha d beta.
Proof.
  assert (N : 0 <= alpha * d) by now apply Rmult_le_pos.
  rewrite sqrt_mult by lra. unfold trace_minus.
  generalize (sqrt_sqrt mu ltac:(lra)) (sqrt_sqrt beta beta_pos) (sqrt_sqrt (alpha * d) N).
  generalize (sqrt_pos (alpha * d)) (sqrt_pos beta).
  set (m := sqrt mu) in *. set (b := sqrt beta) in *. set (a := sqrt (alpha * d)) in *.
  intros PA PB M X Y. rewrite <- M, <- X, <- Y.
  assert (0 <= (m - b - a) * (m - b + a)) by (apply Rmult_le_pos; lra). nra.
Qed.

Lemma lambda_minus_root : let l := lambda_minus mu alpha d beta in
  0 <= l <= mu /\ l ^ 2 = trace_minus mu alpha d beta * l - mu * beta.
Proof.
  intro l. subst l. unfold lambda_minus. set (t := trace_minus mu alpha d beta).
  generalize roots_are_real; intro T. fold t in T.
  assert (P := sqrt_pos (mu * beta)). assert (Q : sqrt (mu * beta) * sqrt (mu * beta) = mu * beta).
  { apply sqrt_sqrt. apply Rmult_le_pos; lra. }
  assert (Z : 0 <= t ^ 2 - 4 * mu * beta) by nra.
  assert (S := sqrt_sqrt _ Z). assert (V := sqrt_pos (t ^ 2 - 4 * mu * beta)).
  set (s := sqrt (t ^ 2 - 4 * mu * beta)) in *.
  assert (B : beta <= mu).
  { apply sqrt_le_0; try lra. generalize (sqrt_pos (alpha * d)). lra. }
  assert (N : 0 <= alpha * d) by now apply Rmult_le_pos.
  assert (t <= 2 * mu) by (unfold t, trace_minus; lra).
  split; [split; [lra|]|nra].
  assert (s <= 2 * mu - t); [|lra].
  apply Rsqr_incr_0_var; [|lra]. unfold Rsqr. rewrite S.
  assert (K : 0 <= alpha * d * mu) by (apply Rmult_le_pos; lra). unfold t, trace_minus in *. nra.
Qed.

End Rates.

(** A space with a norm: an abelian group and what is used of its norm. Normed modules are of this kind, and so are the
    vectors of n units with the 2-norm (Euclid.v). *)
Record Normed := {
  carrier :> AbelianGroup;
  norm : carrier -> R;
  norm_ge_0 : forall x, 0 <= norm x;
  norm_triangle : forall x y, norm (plus x y) <= norm x + norm y;
  norm_opp : forall x, norm (opp x) = norm x;
  norm_zero : norm zero = 0
}.
Arguments norm {_} _.
Arguments norm_ge_0 {_} _.
Arguments norm_triangle {_} _ _.
Arguments norm_opp {_} _.

Definition module (E : NormedModule R_AbsRing) : Normed :=
  Build_Normed E (fun x : E => Hierarchy.norm x) Hierarchy.norm_ge_0 Hierarchy.norm_triangle Hierarchy.norm_opp
    Hierarchy.norm_zero.

Lemma norm_plus_lower {C : Normed} (f a : C) (x y : R) : x <= norm f -> norm a <= y -> x - y <= norm (plus f a).
Proof.
  intros X Y. assert (norm f <= norm (plus f a) + norm a); [|lra].
  replace f with (plus (plus f a) (opp a)) at 1.
  - apply Rle_trans with (1 := norm_triangle _ _). rewrite norm_opp. lra.
  - now rewrite <- plus_assoc, plus_opp_r, plus_zero_r.
Qed.

Section Step.

Context {C H : AbelianGroup}.

Variables (F : nat -> C -> C) (A : nat -> H -> C) (D : nat -> C -> H) (B : nat -> H -> H).

(** The error carried to the next step: the joint Jacobian [[F, A], [D F, D A + B]] applied to (dc, dh). *)
Definition step (t : nat) (e : C * H) : C * H :=
  let c := plus (F t (fst e)) (A t (snd e)) in (c, plus (D t c) (B t (snd e))).

(** lstm.factorisation: if D_t adds, the step is [[F, A], [D F, D A + B]] = [[I, 0], [D, I]] [[F, A], [0, B]]. *)
Lemma factorisation (t : nat) (c : C) (h : H) : (forall x y, D t (plus x y) = plus (D t x) (D t y)) ->
  step t (c, h) = (plus (F t c) (A t h), plus (D t (F t c)) (plus (D t (A t h)) (B t h))).
Proof. intro additive. unfold step. cbn [fst snd]. now rewrite additive, plus_assoc. Qed.

Fixpoint error (q : nat) (e : C * H) : C * H :=
  match q with O => e | S k => step (S k) (error k e) end.

End Step.

Section LSTM.

Context {C H : Normed}.

Variables (F : nat -> C -> C) (A : nat -> H -> C) (D : nat -> C -> H) (B : nat -> H -> H).

Local Notation step := (step F A D B).
Local Notation error := (error F A D B).

Variables alpha d beta : R.
Hypotheses (alpha_pos : 0 <= alpha) (d_pos : 0 <= d) (beta_pos : 0 <= beta).
Hypothesis A_bound : forall t h, norm (A t h) <= alpha * norm h.
Hypothesis D_bound : forall t c, norm (D t c) <= d * norm c.
Hypothesis B_bound : forall t h, norm (B t h) <= beta * norm h.

Lemma hidden_step (t : nat) (e : C * H) :
  norm (snd (step t e)) <= d * norm (fst (step t e)) + beta * norm (snd e).
Proof. simpl. apply Rle_trans with (1 := norm_triangle _ _). now apply Rplus_le_compat. Qed.

Section Upper.

Variable phi : R.
Hypotheses (phi_pos : 0 <= phi) (F_bound : forall t c, norm (F t c) <= phi * norm c).

Lemma cell_step_upper (t : nat) (e : C * H) :
  norm (fst (step t e)) <= phi * norm (fst e) + alpha * norm (snd e).
Proof. simpl. apply Rle_trans with (1 := norm_triangle _ _). now apply Rplus_le_compat. Qed.

(** The 2 x 2 majorant of one step, and its power. *)
Definition majorant (x : R * R) : R * R :=
  let c := phi * fst x + alpha * snd x in (c, d * c + beta * snd x).

Fixpoint majorant_power (q : nat) (x : R * R) : R * R :=
  match q with O => x | S k => majorant (majorant_power k x) end.

(** upper: (||dc||, ||dh||) after q steps is at most M^q (||dc||, ||dh||), entry by entry. *)
Theorem error_below_majorant (q : nat) (e : C * H) :
  norm (fst (error q e)) <= fst (majorant_power q (norm (fst e), norm (snd e))) /\
  norm (snd (error q e)) <= snd (majorant_power q (norm (fst e), norm (snd e))).
Proof.
  induction q; [simpl; lra|]. set (x := majorant_power q _) in *. destruct IHq as [I K].
  change (error (S q) e) with (step (S q) (error q e)).
  change (majorant_power (S q) _) with (majorant x).
  generalize (cell_step_upper (S q) (error q e)), (hidden_step (S q) (error q e)).
  set (c := norm (fst (step _ _))). set (h := norm (snd (step _ _))).
  intros X Y. unfold majorant. cbv zeta. cbn [fst snd].
  assert (phi * norm (fst (error q e)) <= phi * fst x) by now apply Rmult_le_compat_l.
  assert (alpha * norm (snd (error q e)) <= alpha * snd x) by now apply Rmult_le_compat_l.
  assert (beta * norm (snd (error q e)) <= beta * snd x) by now apply Rmult_le_compat_l.
  assert (Z : c <= phi * fst x + alpha * snd x) by lra. split; [easy|].
  apply Rmult_le_compat_l with (r := d) in Z; [lra|easy].
Qed.

(** A weighted norm in which M shrinks by lambda: for every (u, v) > 0 with M^T (u, v) <= l (u, v). *)
Lemma weighted_decay (u v l : R) (q : nat) (e : C * H) :
  0 < u -> 0 < v -> 0 <= l ->
  u * phi + v * (d * phi) <= l * u -> u * alpha + v * (d * alpha + beta) <= l * v ->
  u * norm (fst (error q e)) + v * norm (snd (error q e)) <= l ^ q * (u * norm (fst e) + v * norm (snd e)).
Proof.
  intros U V L P Q. induction q; [simpl; lra|].
  change (error (S q) e) with (step (S q) (error q e)).
  generalize (cell_step_upper (S q) (error q e)), (hidden_step (S q) (error q e)).
  set (c := norm (fst (step _ _))). set (h := norm (snd (step _ _))). intros X Y.
  set (x := norm (fst (error q e))) in *. set (y := norm (snd (error q e))) in *.
  assert (0 <= x) by apply norm_ge_0. assert (0 <= y) by apply norm_ge_0.
  apply Rle_trans with (l * (u * x + v * y)).
  - apply Rle_trans with ((u + v * d) * c + v * (beta * y)).
    { assert (v * h <= v * (d * c + beta * y)) by (apply Rmult_le_compat_l; lra). lra. }
    assert ((u + v * d) * c <= (u + v * d) * (phi * x + alpha * y)).
    { apply Rmult_le_compat_l; [|easy]. generalize (Rmult_le_pos v d). lra. }
    assert ((u * phi + v * (d * phi)) * x <= l * u * x) by now apply Rmult_le_compat_r.
    assert ((u * alpha + v * (d * alpha + beta)) * y <= l * v * y) by now apply Rmult_le_compat_r.
    lra.
  - simpl. rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

(** A norm in which every step shrinks the error by lambda_+. *)
Theorem lstm_upper_bound (q : nat) (e : C * H) : 0 < alpha -> 0 < d -> 0 < phi ->
  let l := lambda_plus phi alpha d beta in
  d * phi * norm (fst (error q e)) + (l - phi) * norm (snd (error q e)) <=
  l ^ q * (d * phi * norm (fst e) + (l - phi) * norm (snd e)).
Proof.
  intros A0 D0 P0 l.
  destruct (lambda_plus_lower phi alpha d beta) as [L _]; try easy. fold l in L.
  assert (0 < d * alpha) by now apply Rmult_lt_0_compat.
  assert (Z : l ^ 2 = trace_plus phi alpha d beta * l - phi * beta) by now apply lambda_plus_root.
  unfold trace_plus in Z. apply weighted_decay; try lra; nra.
Qed.

(** Every rate beyond lambda_+ bounds the whole error, all steps and all starts alike. *)
Theorem lstm_upper_rate (r : R) : lambda_plus phi alpha d beta < r ->
  exists K, forall q e, norm (fst (error q e)) + norm (snd (error q e)) <= K * r ^ q * (norm (fst e) + norm (snd e)).
Proof.
  intro L. assert (G : d * alpha * phi < (r - phi) * (r - (d * alpha + beta))) by now apply beyond_lambda_plus.
  destruct (lambda_plus_lower phi alpha d beta) as [P _]; try easy.
  assert (N : 0 <= d * alpha) by now apply Rmult_le_pos.
  assert (M : 0 <= d * phi) by now apply Rmult_le_pos.
  set (gap := (r - phi) * (r - (d * alpha + beta)) - d * alpha * phi) in *.
  set (u := d * phi + gap / (alpha + 1)). set (v := r - phi).
  assert (S : 0 < gap / (alpha + 1)) by (apply Rdiv_lt_0_compat; unfold gap; lra).
  assert (U : 0 < u) by (unfold u; lra). assert (V : 0 < v) by (unfold v; lra).
  assert (X : u * phi + v * (d * phi) <= r * u).
  { assert (0 <= v * (gap / (alpha + 1))) by (apply Rmult_le_pos; lra). unfold u, v in *. nra. }
  assert (Y : u * alpha + v * (d * alpha + beta) <= r * v).
  { assert (alpha * (gap / (alpha + 1)) <= gap).
    { replace gap with ((alpha + 1) * (gap / (alpha + 1))) at 2 by (field; lra). nra. }
    unfold u, v, gap in *. nra. }
  exists (Rmax u v / Rmin u v). intros q e.
  generalize (weighted_decay u v r q e U V ltac:(lra) X Y).
  assert (Q : 0 <= r ^ q) by (apply pow_le; lra).
  generalize (norm_ge_0 (fst (error q e))) (norm_ge_0 (snd (error q e))) (norm_ge_0 (fst e)) (norm_ge_0 (snd e)).
  set (x := norm (fst (error q e))). set (y := norm (snd (error q e))).
  set (a := norm (fst e)). set (b := norm (snd e)). intros X0 Y0 A0 B0 W.
  assert (m0 : 0 < Rmin u v) by now apply Rmin_pos.
  assert (mu := Rmin_l u v). assert (mv := Rmin_r u v). assert (Mu := Rmax_l u v). assert (Mv := Rmax_r u v).
  set (m := Rmin u v) in *. set (k := Rmax u v) in *.
  apply Rmult_le_reg_l with m; [easy|].
  replace (m * (k / m * r ^ q * (a + b))) with (r ^ q * (k * a + k * b)) by (field; lra).
  apply Rle_trans with (u * x + v * y); [nra|]. apply Rle_trans with (1 := W).
  apply Rmult_le_compat_l; [easy|]. nra.
Qed.

(** lstm.vanishing: d alpha < (1 - phi) (1 - beta) makes the whole error of a full LSTM vanish. *)
Theorem lstm_vanishing (e : C * H) :
  phi < 1 -> beta < 1 -> d * alpha < (1 - phi) * (1 - beta) ->
  is_lim_seq (fun q => norm (fst (error q e)) + norm (snd (error q e))) 0.
Proof.
  intros P1 B1 G.
  assert (L : lambda_plus phi alpha d beta < 1) by now apply lambda_plus_below_one.
  destruct (lambda_plus_lower phi alpha d beta) as [P _]; try easy.
  assert (N : 0 <= d * alpha) by now apply Rmult_le_pos.
  set (r := (1 + lambda_plus phi alpha d beta) / 2).
  destruct (lstm_upper_rate r) as [K U]; [unfold r; lra|].
  apply is_lim_seq_le_le with (fun _ => 0) (fun q => K * (norm (fst e) + norm (snd e)) * r ^ q).
  - intro q. split.
    + generalize (norm_ge_0 (fst (error q e))) (norm_ge_0 (snd (error q e))). lra.
    + apply Rle_trans with (1 := U q e). right. ring.
  - apply is_lim_seq_const.
  - replace (Finite 0) with (Rbar_mult (K * (norm (fst e) + norm (snd e))) 0) by (simpl; f_equal; ring).
    apply is_lim_seq_scal_l, is_lim_seq_geom. rewrite Rabs_right; unfold r; lra.
Qed.

End Upper.

Section Lower.

Variable mu : R.
Hypotheses (mu_pos : 0 < mu) (F_bound : forall t c, mu * norm c <= norm (F t c)).

Lemma cell_step_lower (t : nat) (e : C * H) :
  mu * norm (fst e) - alpha * norm (snd e) <= norm (fst (step t e)).
Proof.
  simpl. apply norm_plus_lower; [apply F_bound|apply A_bound].
Qed.

(** A cone ||dh|| <= kappa ||dc|| that every step maps into itself, stretching dc by at least g. *)
Lemma cone_invariant (kappa g : R) (q : nat) (e : C * H) :
  0 <= kappa -> 0 < g -> g = mu - alpha * kappa -> d * g + beta * kappa <= kappa * g ->
  norm (snd e) <= kappa * norm (fst e) ->
  norm (snd (error q e)) <= kappa * norm (fst (error q e)) /\ g ^ q * norm (fst e) <= norm (fst (error q e)).
Proof.
  intros K G E I Start. induction q; [simpl; lra|]. destruct IHq as [Y X].
  change (error (S q) e) with (step (S q) (error q e)).
  generalize (cell_step_lower (S q) (error q e)) (hidden_step (S q) (error q e)).
  set (c := norm (fst (step _ _))). set (h := norm (snd (step _ _))).
  set (x := norm (fst (error q e))) in *. set (y := norm (snd (error q e))) in *. intros L U.
  assert (0 <= x) by apply norm_ge_0.
  assert (alpha * y <= alpha * (kappa * x)) by now apply Rmult_le_compat_l.
  assert (beta * y <= beta * (kappa * x)) by now apply Rmult_le_compat_l.
  assert (V : g * x <= c) by (rewrite E; lra).
  assert (W : d <= kappa).
  { apply Rmult_le_reg_r with g; [easy|]. generalize (Rmult_le_pos beta kappa). lra. }
  split.
  - assert ((kappa - d) * (g * x) <= (kappa - d) * c) by (apply Rmult_le_compat_l; lra). nra.
  - simpl. apply Rle_trans with (2 := V). rewrite Rmult_assoc. now apply Rmult_le_compat_l; [lra|].
Qed.

(** lstm.lower_bound: sqrt mu >= sqrt (alpha d) + sqrt beta keeps the error in the cell state above lambda_-^q,
    the path through gates and hidden state included. *)
Theorem lstm_lower_bound (q : nat) (c : C) : sqrt (alpha * d) + sqrt beta <= sqrt mu ->
  lambda_minus mu alpha d beta ^ q * norm c <= norm (fst (error q (c, zero))).
Proof.
  intro G. destruct (lambda_minus_root mu alpha d beta) as [[P M] Z]; try easy.
  set (l := lambda_minus mu alpha d beta) in *.
  destruct (Req_dec l 0) as [L|L].
  { destruct q; simpl; [lra|]. rewrite L, !Rmult_0_l. apply norm_ge_0. }
  destruct (Req_dec alpha 0) as [A0|A0].
  - assert (E : l <= mu) by easy. clear Z. induction q; [simpl; lra|].
    change (error (S q) (c, zero)) with (step (S q) (error q (c, zero))).
    apply Rle_trans with (2 := cell_step_lower _ _). rewrite A0, Rmult_0_l, Rminus_0_r.
    simpl pow. rewrite Rmult_assoc. apply Rmult_le_compat; try easy.
    apply Rmult_le_pos; [now apply pow_le|apply norm_ge_0].
  - set (kappa := cone mu alpha d beta).
    assert (K : alpha * kappa = mu - l) by (unfold kappa, cone; fold l; field; lra).
    assert (K0 : 0 <= kappa).
    { apply Rmult_le_reg_l with alpha; lra. }
    refine (proj2 (cone_invariant kappa l q (c, zero) K0 ltac:(lra) ltac:(lra) _ _)).
    + apply Rmult_le_reg_l with alpha; [lra|].
      replace (alpha * (d * l + beta * kappa)) with (alpha * d * l + beta * (alpha * kappa)) by ring.
      replace (alpha * (kappa * l)) with (alpha * kappa * l) by ring. rewrite K.
      unfold trace_minus in Z. nra.
    + simpl. rewrite norm_zero. apply Rmult_le_pos; [easy|apply norm_ge_0].
Qed.

End Lower.

End LSTM.

(** With bounds that change from step to step: kappa_0 = 0, g_t = mu_t - alpha_t kappa_(t-1),
    kappa_t = d_t + beta_t kappa_(t-1) / g_t, and the error in the cell state is at least g_q ... g_1 of what it was. *)
Section StepByStep.

Context {C H : Normed}.

Variables (F : nat -> C -> C) (A : nat -> H -> C) (D : nat -> C -> H) (B : nat -> H -> H).
Variables mu alpha d beta : nat -> R.
Hypotheses (alpha_pos : forall t, 0 <= alpha t) (beta_pos : forall t, 0 <= beta t) (d_pos : forall t, 0 <= d t).
Hypothesis F_bound : forall t c, mu t * norm c <= norm (F t c).
Hypothesis A_bound : forall t h, norm (A t h) <= alpha t * norm h.
Hypothesis D_bound : forall t c, norm (D t c) <= d t * norm c.
Hypothesis B_bound : forall t h, norm (B t h) <= beta t * norm h.

Fixpoint slope (t : nat) : R :=
  match t with O => 0 | S k => d (S k) + beta (S k) * slope k / (mu (S k) - alpha (S k) * slope k) end.

Definition growth (t : nat) : R := mu t - alpha t * slope (pred t).

Fixpoint growths (q : nat) : R := match q with O => 1 | S k => growth (S k) * growths k end.

Lemma slope_pos (q : nat) : (forall t, (1 <= t <= q)%nat -> 0 < growth t) -> 0 <= slope q.
Proof.
  induction q; intro G; simpl; [lra|]. change (mu (S q) - alpha (S q) * slope q) with (growth (S q)).
  assert (0 < / growth (S q)) by (apply Rinv_0_lt_compat, G; lia).
  apply Rplus_le_le_0_compat; [easy|]. apply Rmult_le_pos; [|lra].
  apply Rmult_le_pos; [easy|]. apply IHq. intros. apply G. lia.
Qed.

Theorem lstm_lower_bound_step_by_step (q : nat) (c : C) : (forall t, (1 <= t <= q)%nat -> 0 < growth t) ->
  norm (snd (error F A D B q (c, zero))) <= slope q * norm (fst (error F A D B q (c, zero))) /\
  growths q * norm c <= norm (fst (error F A D B q (c, zero))).
Proof.
  induction q; intro G; [simpl; rewrite norm_zero; lra|].
  destruct IHq as [Y X]; [intros; apply G; lia|].
  change (error F A D B (S q) (c, zero)) with (step F A D B (S q) (error F A D B q (c, zero))).
  set (e := error F A D B q (c, zero)) in *.
  assert (P : 0 < growth (S q)) by (apply G; lia).
  assert (N := norm_ge_0 (fst e)).
  set (c' := norm (fst (step F A D B (S q) e))). set (h' := norm (snd (step F A D B (S q) e))).
  set (x := norm (fst e)) in *. set (y := norm (snd e)) in *.
  assert (V : mu (S q) * x - alpha (S q) * y <= c') by (apply norm_plus_lower; [apply F_bound|apply A_bound]).
  assert (W : h' <= d (S q) * c' + beta (S q) * y).
  { apply Rle_trans with (1 := norm_triangle _ _). apply Rplus_le_compat; [apply D_bound|apply B_bound]. }
  assert (alpha (S q) * y <= alpha (S q) * (slope q * x)) by now apply Rmult_le_compat_l.
  assert (beta (S q) * y <= beta (S q) * (slope q * x)) by now apply Rmult_le_compat_l.
  assert (V' : growth (S q) * x <= c') by (unfold growth; simpl; lra).
  split.
  - simpl slope. change (mu (S q) - alpha (S q) * slope q) with (growth (S q)).
    assert (K : 0 <= slope q) by (apply slope_pos; intros; apply G; lia).
    assert (beta (S q) * (slope q * x) <= beta (S q) * slope q / growth (S q) * c'); [|lra].
    replace (beta (S q) * (slope q * x)) with (beta (S q) * slope q / growth (S q) * (growth (S q) * x))
      by (field; lra).
    apply Rmult_le_compat_l; [|easy]. apply Rmult_le_pos; [now apply Rmult_le_pos|].
    left. now apply Rinv_0_lt_compat.
  - simpl. apply Rle_trans with (2 := V'). rewrite Rmult_assoc. apply Rmult_le_compat_l; lra.
Qed.

End StepByStep.

Lemma error_step {C H : AbelianGroup} F A D B (q : nat) (e : C * H) :
  error F A D B (S q) e = step F A D B (S q) (error F A D B q e).
Proof. easy. Qed.

(** Both rates are attained with one unit: scalars F = phi, A = alpha, and F = mu, A = - alpha. *)
Theorem lstm_upper_attained (phi alpha d beta : R) (q : nat) :
  0 <= phi -> 0 <= alpha -> 0 <= d -> 0 <= beta ->
  let l := lambda_plus phi alpha d beta in
  error (C := R_AbelianGroup) (H := R_AbelianGroup) (fun _ c => phi * c) (fun _ h => alpha * h) (fun _ c => d * c) (fun _ h => beta * h)
    q (alpha, l - phi) = (l ^ q * alpha, l ^ q * (l - phi)).
Proof.
  intros P A D B l.
  assert (Z : l ^ 2 = trace_plus phi alpha d beta * l - phi * beta) by now apply lambda_plus_root.
  unfold trace_plus in Z. induction q; [simpl; now rewrite !Rmult_1_l|].
  rewrite error_step, IHq. unfold step, plus. simpl. f_equal; [ring|].
  transitivity (l ^ q * (d * alpha * l + beta * (l - phi))); [ring|].
  replace (d * alpha * l + beta * (l - phi)) with (l * (l - phi)) by lra. ring.
Qed.

Theorem lstm_lower_attained (mu alpha d beta : R) (q : nat) :
  0 < mu -> 0 < alpha -> 0 <= d -> 0 <= beta -> sqrt (alpha * d) + sqrt beta <= sqrt mu ->
  let l := lambda_minus mu alpha d beta in let kappa := cone mu alpha d beta in
  error (C := R_AbelianGroup) (H := R_AbelianGroup) (fun _ c => mu * c) (fun _ h => - alpha * h) (fun _ c => d * c) (fun _ h => beta * h)
    q (1, kappa) = (l ^ q, l ^ q * kappa).
Proof.
  intros M A D B G l kappa.
  destruct (lambda_minus_root mu alpha d beta) as [_ Z]; try lra. fold l in Z.
  assert (K : alpha * kappa = mu - l) by (unfold kappa, cone; fold l; field; lra).
  unfold trace_minus in Z. induction q; [simpl; now rewrite !Rmult_1_l|].
  rewrite error_step, IHq. unfold step, plus. simpl.
  assert (E : mu * l ^ q + - alpha * (l ^ q * kappa) = l * l ^ q).
  { transitivity (l ^ q * (mu - alpha * kappa)); [ring|]. rewrite K. ring. }
  rewrite E. f_equal. apply Rmult_eq_reg_l with alpha; [|lra].
  transitivity (l ^ q * (alpha * d * l + beta * (alpha * kappa))); [ring|].
  transitivity (l * l ^ q * (alpha * kappa)); [|ring]. rewrite K.
  replace (alpha * d * l + beta * (mu - l)) with (l * (mu - l)) by lra. ring.
Qed.
