(** The error flow of a fully recurrent network as a sum over paths, and what bounds on weights and slopes make of it.

    Units are numbered from 0 to n - 1. W i j is the weight from unit j to unit i, and f m l the slope
    f'_l (net_l (t - m)) of unit l, m steps back. *)

Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From ErrorFlow Require Import Activations.
Import ListNotations.
Open Scope R_scope.

(** Sums over lists, and over the units. *)
Section Sums.

Context {A : Type}.

Fixpoint sum_over (l : list A) (g : A -> R) : R := match l with [] => 0 | x :: r => g x + sum_over r g end.

Lemma sum_over_ext (l : list A) (g h : A -> R) : (forall x, In x l -> g x = h x) -> sum_over l g = sum_over l h.
Proof. induction l; simpl; intro E; [easy|]. rewrite E, IHl; auto. Qed.

Lemma sum_over_app (l r : list A) (g : A -> R) : sum_over (l ++ r) g = sum_over l g + sum_over r g.
Proof. induction l; simpl; [ring|]. rewrite IHl. ring. Qed.

Lemma sum_over_scal (l : list A) (g : A -> R) (c : R) : c * sum_over l g = sum_over l (fun x => c * g x).
Proof. induction l; simpl; [ring|]. rewrite <- IHl. ring. Qed.

Lemma sum_over_plus (l : list A) (g h : A -> R) : sum_over l g + sum_over l h = sum_over l (fun x => g x + h x).
Proof. induction l; simpl; [ring|]. rewrite <- IHl. ring. Qed.

Lemma sum_over_constant (l : list A) (c : R) : sum_over l (fun _ => c) = INR (length l) * c.
Proof. induction l; [simpl; ring|]. cbn [sum_over length]. rewrite IHl, S_INR. ring. Qed.

Lemma sum_over_le (l : list A) (g h : A -> R) : (forall x, In x l -> g x <= h x) -> sum_over l g <= sum_over l h.
Proof. induction l; simpl; intro E; [lra|]. apply Rplus_le_compat; auto. Qed.

Lemma sum_over_pos (l : list A) (g : A -> R) : (forall x, In x l -> 0 <= g x) -> 0 <= sum_over l g.
Proof.
  intro E. replace 0 with (sum_over l (fun _ => 0)); [now apply sum_over_le|]. rewrite sum_over_constant. ring.
Qed.

Lemma sum_over_abs (l : list A) (g : A -> R) : Rabs (sum_over l g) <= sum_over l (fun x => Rabs (g x)).
Proof.
  induction l; simpl; [rewrite Rabs_R0; lra|]. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

End Sums.

Lemma sum_over_map {A B : Type} (l : list A) (k : A -> B) (g : B -> R) :
  sum_over (map k l) g = sum_over l (fun x => g (k x)).
Proof. induction l; simpl; [easy|]. now rewrite IHl. Qed.

Lemma sum_over_flat_map {A B : Type} (l : list A) (k : A -> list B) (g : B -> R) :
  sum_over (flat_map k l) g = sum_over l (fun x => sum_over (k x) g).
Proof. induction l; simpl; [easy|]. now rewrite sum_over_app, IHl. Qed.

Lemma sum_over_swap {A B : Type} (l : list A) (r : list B) (g : A -> B -> R) :
  sum_over l (fun x => sum_over r (g x)) = sum_over r (fun y => sum_over l (fun x => g x y)).
Proof.
  induction l; simpl.
  - rewrite sum_over_constant. ring.
  - now rewrite IHl, sum_over_plus.
Qed.

Definition units (n : nat) : list nat := seq 0 n.

Lemma in_units (n l : nat) : In l (units n) <-> (l < n)%nat.
Proof. unfold units. rewrite in_seq. lia. Qed.

(** 1 if the units are the same, else 0. *)
Definition same (u v : nat) : R := if Nat.eq_dec u v then 1 else 0.

Lemma sum_over_same (n u : nat) (g : nat -> R) : (u < n)%nat -> sum_over (units n) (fun l => same u l * g l) = g u.
Proof.
  intro U. unfold units. apply in_units in U. unfold units in U.
  generalize (seq_NoDup n 0). induction (seq 0 n) as [|x l]; [easy|].
  simpl in *. intro N. inversion N as [|? ? NI ND]; subst. unfold same at 1.
  destruct (Nat.eq_dec u x) as [->|E].
  - rewrite sum_over_ext with (h := fun _ => 0); [rewrite sum_over_constant; ring|].
    intros y Y. unfold same. destruct (Nat.eq_dec x y) as [->|]; [easy|ring].
  - rewrite IHl; [ring| |easy]. now destruct U as [<-|].
Qed.

Section Flow.

Variables (n : nat) (W : nat -> nat -> R) (f : nat -> nat -> R).

(** The error signals, section 3.1 of the paper: theta_j(t-q) = f'_j(net_j(t-q)) sum over i of w_ij theta_i(t-q+1). *)
Fixpoint signal (theta : nat -> R) (q j : nat) : R :=
  match q with
  | O => theta j
  | S k => f (S k) j * sum_over (units n) (fun i => W i j * signal theta k i)
  end.

(** Equation (1): from (t, u) to (t-q, v), the last step on its own. *)
Fixpoint flow (q u v : nat) : R :=
  match q with
  | O => same u v
  | S k => f (S k) v * sum_over (units n) (fun l => flow k u l * W l v)
  end.

Lemma flow_one (u v : nat) : (u < n)%nat -> flow 1 u v = f 1%nat v * W u v.
Proof. intro U. simpl. now rewrite (sum_over_same n u (fun l => W l v)). Qed.

(** Every error signal is the flow applied to those at time t ... *)
Theorem signal_flow (theta : nat -> R) (q v : nat) : (v < n)%nat ->
  signal theta q v = sum_over (units n) (fun u => theta u * flow q u v).
Proof.
  revert v. induction q; intros v V; simpl.
  - rewrite <- (sum_over_same n v theta V). apply sum_over_ext. intros u _. unfold same.
    destruct (Nat.eq_dec v u), (Nat.eq_dec u v); subst; try easy; ring.
  - rewrite sum_over_ext with (h := fun i => sum_over (units n) (fun u => W i v * (theta u * flow q u i))).
    + rewrite sum_over_swap, sum_over_scal. apply sum_over_ext. intros u _.
      rewrite !sum_over_scal. apply sum_over_ext. intros. ring.
    + intros i I. apply in_units in I. rewrite IHq by easy. apply sum_over_scal.
Qed.

(** ... so that the flow is the derivative of theta_v(t-q) in theta_u(t). *)
Theorem flow_is_the_derivative (theta : nat -> R) (q u v : nat) (x : R) : (u < n)%nat -> (v < n)%nat ->
  is_derive (fun x => signal (fun l => theta l + same u l * (x - theta u)) q v) x (flow q u v).
Proof.
  intros U V.
  apply is_derive_ext with (fun x => signal theta q v + (x - theta u) * flow q u v).
  { intro y. rewrite !signal_flow by easy.
    rewrite <- (sum_over_same n u (fun l => flow q l v)) by easy.
    rewrite sum_over_scal, sum_over_plus. apply sum_over_ext. intros. ring. }
  auto_derive; [easy|ring].
Qed.

(** The lists of k units, and the product along a path u = l_0, l_1, ..., l_q = v: the factor of step m is
    f'_(l_m) (net_(l_m) (t - m)) w_(l_(m-1) l_m). The subscripts printed in eq. (2) are those of the transposed W. *)
Fixpoint lists (k : nat) : list (list nat) :=
  match k with O => [[]] | S j => flat_map (fun l => map (cons l) (lists j)) (units n) end.

Fixpoint along (m u : nat) (inner : list nat) (v : nat) : R :=
  match inner with
  | [] => f m v * W u v
  | l :: rest => f m l * W u l * along (S m) l rest v
  end.

(** lists k holds every list of k units, and there are n^k of them. *)
Lemma in_lists (k : nat) (p : list nat) : In p (lists k) <-> length p = k /\ List.Forall (fun l => (l < n)%nat) p.
Proof.
  revert p. induction k; intro p; simpl.
  - split; [intros [<-|[]]; auto|]. intros [L _]. left. symmetry. now apply length_zero_iff_nil.
  - rewrite in_flat_map. split.
    + intros [l [L I]]. apply in_map_iff in I. destruct I as [r [<- I]]. apply IHk in I. apply in_units in L.
      simpl. split; [now rewrite (proj1 I)|]. constructor; [easy|apply I].
    + intros [L G]. destruct p as [|l r]; [easy|]. inversion G; subst. exists l. split; [now apply in_units|].
      apply in_map, IHk. split; [now injection L|easy].
Qed.

Lemma number_of_lists (k : nat) : length (lists k) = Nat.pow n k.
Proof.
  induction k; simpl; [easy|].
  rewrite flat_map_concat_map. assert (E : forall r, length (concat (map (fun l => map (cons l) (lists k)) r)) = (length r * length (lists k))%nat).
  { induction r; simpl; [easy|]. now rewrite app_length, map_length, IHr. }
  rewrite E, IHk. unfold units. now rewrite seq_length.
Qed.

Definition path_sum (m k u v : nat) : R := sum_over (lists k) (fun inner => along m u inner v).

Lemma path_sum_first (m k u v : nat) :
  path_sum m (S k) u v = sum_over (units n) (fun l => f m l * W u l * path_sum (S m) k l v).
Proof.
  unfold path_sum. simpl. rewrite sum_over_flat_map. apply sum_over_ext. intros l _.
  now rewrite sum_over_map, sum_over_scal.
Qed.

Lemma path_sum_last (m k u v : nat) :
  path_sum m (S k) u v = f (m + S k)%nat v * sum_over (units n) (fun l => path_sum m k u l * W l v).
Proof.
  revert m u. induction k; intros m u.
  - rewrite path_sum_first, sum_over_scal. apply sum_over_ext. intros l _. unfold path_sum. simpl.
    replace (m + 1)%nat with (S m) by lia. ring.
  - rewrite path_sum_first.
    rewrite sum_over_ext with (h := fun l => sum_over (units n) (fun j =>
      f (m + S (S k))%nat v * (f m l * W u l * path_sum (S m) k l j * W j v))).
    + rewrite sum_over_swap, sum_over_scal. apply sum_over_ext. intros j _.
      rewrite path_sum_first. rewrite Rmult_comm with (r2 := W j v), !sum_over_scal.
      apply sum_over_ext. intros. ring.
    + intros l _. rewrite IHk. replace (S m + S k)%nat with (m + S (S k))%nat by lia.
      rewrite !sum_over_scal. apply sum_over_ext. intros. ring.
Qed.

(** rnn.path_sum: the flow over q steps is the sum over the n^(q-1) paths from u to v. *)
Theorem flow_is_the_path_sum (q u v : nat) : (1 <= q)%nat -> (u < n)%nat ->
  flow q u v = sum_over (lists (q - 1)) (fun inner => along 1 u inner v).
Proof.
  intros Q U. destruct q; [lia|]. clear Q. simpl. rewrite Nat.sub_0_r.
  change (flow (S q) u v = path_sum 1 q u v). revert v. induction q; intro v.
  - rewrite flow_one by easy. unfold path_sum. simpl. ring.
  - rewrite path_sum_last. change (flow (S (S q)) u v) with
      (f (S (S q)) v * sum_over (units n) (fun l => flow (S q) u l * W l v)).
    replace (1 + S q)%nat with (S (S q)) by lia. f_equal. apply sum_over_ext. intros l _. now rewrite IHq.
Qed.

Section Bounds.

Variables w gamma : R.
Hypotheses (w_pos : 0 <= w) (gamma_pos : 0 <= gamma).

Lemma along_bound (m u : nat) (inner : list nat) (v : nat) :
  (forall i j, Rabs (W i j) <= w) -> (forall m l, Rabs (f m l) <= gamma) ->
  Rabs (along m u inner v) <= (gamma * w) ^ S (length inner).
Proof.
  intros BW Bf. revert m u. induction inner as [|l r]; intros m u; simpl along.
  - simpl pow. rewrite Rmult_1_r, Rabs_mult. now apply Rmult_le_compat; try apply Rabs_pos.
  - cbn [length]. rewrite <- tech_pow_Rmult, !Rabs_mult.
    apply Rmult_le_compat; [apply Rmult_le_pos; apply Rabs_pos|apply Rabs_pos| |apply IHr].
    now apply Rmult_le_compat; try apply Rabs_pos.
Qed.

(** rnn.path_bound: |w_ij| <= w and slopes at most gamma give |flow| <= tau^q / n, tau = n gamma w. *)
Theorem path_bound (q u v : nat) : (1 <= q)%nat -> (u < n)%nat ->
  (forall i j, Rabs (W i j) <= w) -> (forall m l, Rabs (f m l) <= gamma) ->
  Rabs (flow q u v) <= (INR n * (gamma * w)) ^ q / INR n.
Proof.
  intros Q U BW Bf. rewrite flow_is_the_path_sum by easy.
  assert (N : 0 < INR n) by (apply lt_0_INR; lia).
  apply Rle_trans with (sum_over (lists (q - 1)) (fun _ => (gamma * w) ^ q)).
  - apply Rle_trans with (1 := sum_over_abs _ _). apply sum_over_le. intros p P.
    apply in_lists in P. destruct P as [P _].
    replace q with (S (length p)) by lia. now apply along_bound.
  - rewrite sum_over_constant, number_of_lists. right.
    rewrite pow_INR, (Rpow_mult_distr (INR n)).
    assert (E : INR n ^ q = INR n * INR n ^ (q - 1)) by (rewrite tech_pow_Rmult; f_equal; lia).
    rewrite E. field. lra.
Qed.

(** rnn.path_bound is attained at every lag: all weights w, all slopes gamma. *)
Theorem path_bound_attained (q u v : nat) : (1 <= q)%nat -> (u < n)%nat ->
  (forall i j, W i j = w) -> (forall m l, f m l = gamma) ->
  flow q u v = (INR n * (gamma * w)) ^ q / INR n.
Proof.
  intros Q U EW Ef. assert (N : 0 < INR n) by (apply lt_0_INR; lia).
  destruct q; [lia|]. clear Q. revert v. induction q; intro v.
  - rewrite flow_one, EW, Ef by easy. field. lra.
  - change (flow (S (S q)) u v) with (f (S (S q)) v * sum_over (units n) (fun l => flow (S q) u l * W l v)).
    rewrite sum_over_ext with (h := fun _ => (INR n * (gamma * w)) ^ S q / INR n * w)
      by (intros; now rewrite IHq, EW).
    rewrite sum_over_constant, Ef. unfold units. rewrite seq_length. simpl. field. lra.
Qed.

End Bounds.

End Flow.

(** rnn.path_sum_as_printed: with the subscripts that eq. (2) prints, w_(l_m l_(m-1)), the sum over paths is the
    flow of the transposed weight matrix. *)
Fixpoint along_as_printed (W f : nat -> nat -> R) (m u : nat) (inner : list nat) (v : nat) : R :=
  match inner with
  | [] => f m v * W v u
  | l :: rest => f m l * W l u * along_as_printed W f (S m) l rest v
  end.

Theorem path_sum_as_printed (n : nat) (W f : nat -> nat -> R) (q u v : nat) : (1 <= q)%nat -> (u < n)%nat ->
  sum_over (lists n (q - 1)) (fun inner => along_as_printed W f 1 u inner v) = flow n (fun i j => W j i) f q u v.
Proof.
  intros Q U. rewrite flow_is_the_path_sum by easy. apply sum_over_ext. intros p _.
  generalize 1%nat u. induction p as [|l r]; intros m k; simpl; [easy|]. now rewrite IHr.
Qed.

(** rnn.weights_below_four: all n weights w with n w >= 4 and bias - n w / 2 rest at y = 1/2, where no entry of the
    flow ever falls below 1/n: for n >= 2 the weights may be below 4. *)
Theorem weights_below_four (n : nat) (w : R) (q u v : nat) : (1 <= q)%nat -> (u < n)%nat -> 4 <= INR n * w ->
  let net := sum_over (units n) (fun _ => w * (1 / 2)) - INR n * w / 2 in
  logistic net = 1 / 2 /\ / INR n <= flow n (fun _ _ => w) (fun _ _ => Derive logistic net) q u v.
Proof.
  intros Q U L net.
  assert (N : 0 < INR n) by (apply lt_0_INR; lia).
  assert (Z : net = 0) by (unfold net; rewrite sum_over_constant; unfold units; rewrite seq_length; field).
  rewrite Z. split; [apply logistic_0|].
  replace (Derive logistic 0) with (1 / 4) by (symmetry; now apply logistic_slope).
  rewrite (path_bound_attained n (fun _ _ => w) (fun _ _ => 1 / 4) w (1 / 4)) by easy.
  rewrite <- (Rmult_1_l (/ INR n)). apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|].
  apply pow_R1_Rle. lra.
Qed.
