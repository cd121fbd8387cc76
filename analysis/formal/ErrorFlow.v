(** Error flow through q steps: upper bounds, lower bounds, their limits. Of the norm nothing is used but that it is
    never negative, so that every normed space and every number of units is covered. *)

Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Section Flow.

Context {E : Type} (norm : E -> R).
Hypothesis norm_ge_0 : forall v, 0 <= norm v.

(** [flow J q v] is J_q (... (J_1 v)): the newest factor stands on the left. *)
Fixpoint flow (J : nat -> E -> E) (q : nat) (v : E) : E :=
  match q with O => v | S k => J (S k) (flow J k v) end.

(** [product c q] is c_q ... c_1. *)
Fixpoint product (c : nat -> R) (q : nat) : R :=
  match q with O => 1 | S k => c (S k) * product c k end.

Lemma product_constant (c : R) (q : nat) : product (fun _ => c) q = c ^ q.
Proof. induction q; simpl; [easy|]. now rewrite IHq. Qed.

Lemma product_pos (c : nat -> R) (q : nat) : (forall t, 0 <= c t) -> 0 <= product c q.
Proof. intro H. induction q; simpl; [lra|]. now apply Rmult_le_pos. Qed.

(** rnn.vanishing, with a bound for each step: ||J_q ... J_1 v|| <= c_q ... c_1 ||v||. *)
Theorem flow_bound (J : nat -> E -> E) (c : nat -> R) (q : nat) (v : E) :
  (forall t, 0 <= c t) -> (forall t v, norm (J t v) <= c t * norm v) ->
  norm (flow J q v) <= product c q * norm v.
Proof.
  intros P H. induction q; simpl; [lra|].
  apply Rle_trans with (1 := H _ _). rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

(** rnn.vanishing: a step that never stretches by more than c never stretches by more than c^q in q steps. *)
Corollary flow_bound_power (J : nat -> E -> E) (c : R) (q : nat) (v : E) :
  0 <= c -> (forall t v, norm (J t v) <= c * norm v) -> norm (flow J q v) <= c ^ q * norm v.
Proof. intros P H. rewrite <- product_constant. now apply flow_bound. Qed.

(** And if c < 1, the error vanishes. *)
Theorem flow_vanishes (J : nat -> E -> E) (c : R) (v : E) :
  0 <= c < 1 -> (forall t v, norm (J t v) <= c * norm v) -> is_lim_seq (fun q => norm (flow J q v)) 0.
Proof.
  intros [P L] H.
  apply is_lim_seq_le_le with (fun _ => 0) (fun q => c ^ q * norm v).
  - intro q. split; [apply norm_ge_0|now apply flow_bound_power].
  - apply is_lim_seq_const.
  - replace 0 with (0 * norm v) by ring.
    apply (is_lim_seq_scal_r _ (norm v) 0), is_lim_seq_geom. now rewrite Rabs_right; [|lra].
Qed.

(** rnn.explosion_needs: an error that grows needs a step that stretches. *)
Theorem explosion_needs_stretching (J : nat -> E -> E) (q : nat) (v : E) :
  (forall t v, norm (J t v) <= norm v) -> norm (flow J q v) <= norm v.
Proof.
  intro H. rewrite <- (Rmult_1_l (norm v)), <- (pow1 q). apply flow_bound_power; [lra|].
  intros. rewrite Rmult_1_l. apply H.
Qed.

(** rnn.lower_bound: a step that never shrinks below m_t ||v|| never shrinks below m_q ... m_1 ||v|| in q steps. *)
Theorem flow_lower_bound (J : nat -> E -> E) (m : nat -> R) (q : nat) (v : E) :
  (forall t, 0 <= m t) -> (forall t v, m t * norm v <= norm (J t v)) ->
  product m q * norm v <= norm (flow J q v).
Proof.
  intros P H. induction q; simpl; [lra|].
  apply Rle_trans with (2 := H _ _). rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

(** The same for J_t = D_t W: slopes at least m and a W that shrinks by no more than the factor s. *)
Corollary flow_lower_bound_slopes (D : nat -> E -> E) (W : E -> E) (m s : R) (q : nat) (v : E) :
  0 <= m -> 0 <= s -> (forall t v, m * norm v <= norm (D t v)) -> (forall v, s * norm v <= norm (W v)) ->
  (m * s) ^ q * norm v <= norm (flow (fun t v => D t (W v)) q v).
Proof.
  intros P Q H G. rewrite <- product_constant. apply flow_lower_bound; [intro; now apply Rmult_le_pos|].
  intros t x. apply Rle_trans with (2 := H _ _). rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

(** With m s > 1 the error explodes, whatever it is. *)
Theorem flow_explodes (J : nat -> E -> E) (m : R) (v : E) :
  1 < m -> 0 < norm v -> (forall t v, m * norm v <= norm (J t v)) ->
  is_lim_seq (fun q => norm (flow J q v)) p_infty.
Proof.
  intros P N H. apply is_lim_seq_le_p_loc with (fun q => m ^ q * norm v).
  - exists 0%nat. intros q _. rewrite <- product_constant. apply flow_lower_bound; intros; [lra|apply H].
  - replace p_infty with (Rbar_mult p_infty (norm v)).
    + now apply is_lim_seq_scal_r, is_lim_seq_geom_p.
    + apply is_Rbar_mult_unique. now apply is_Rbar_mult_p_infty_pos.
Qed.

(** The product of two such maps (submultiplicativity), for J_t = D_t W. *)
Lemma compose_bound (D W : E -> E) (gamma w : R) (v : E) : 0 <= gamma ->
  (forall v, norm (D v) <= gamma * norm v) -> (forall v, norm (W v) <= w * norm v) ->
  norm (D (W v)) <= gamma * w * norm v.
Proof.
  intros P H G. apply Rle_trans with (1 := H _). rewrite Rmult_assoc. now apply Rmult_le_compat_l.
Qed.

(** rnn.vanishing in the words of the paper: slopes at most gamma, ||W v|| <= w ||v||, and gamma w < 1. *)
Theorem slopes_and_weights_vanish (D : nat -> E -> E) (W : E -> E) (gamma w : R) (v : E) :
  0 <= gamma -> 0 <= w -> gamma * w < 1 ->
  (forall t v, norm (D t v) <= gamma * norm v) -> (forall v, norm (W v) <= w * norm v) ->
  (forall q, norm (flow (fun t v => D t (W v)) q v) <= (gamma * w) ^ q * norm v) /\
  is_lim_seq (fun q => norm (flow (fun t v => D t (W v)) q v)) 0.
Proof.
  intros P Q L H G. assert (0 <= gamma * w) by now apply Rmult_le_pos. split.
  - intro q. apply flow_bound_power; [easy|]. intros. now apply compose_bound.
  - apply flow_vanishes with (gamma * w); [easy|]. intros. now apply compose_bound.
Qed.

End Flow.
