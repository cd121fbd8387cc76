(** The sign of a sum of products of nonnegative factors: what Generated.v is proved with. *)

Require Import Reals Lra.
Open Scope R_scope.

(** 0 < or <= a sum whose products are all nonnegative, the first one positive if the sum is to be. *)
Ltac nonnegative :=
  first
    [ lra
    | apply Rplus_le_le_0_compat; nonnegative
    | apply Rmult_le_pos; nonnegative
    | apply pow2_ge_0
    | apply pow_le; nonnegative ].

Ltac positive :=
  first
    [ lra
    | apply Rplus_lt_le_0_compat; [positive | nonnegative]
    | apply Rmult_lt_0_compat; positive
    | apply pow_lt; positive ].

Ltac signs := first [positive | nonnegative].

(** A difference that is a square vanishes exactly where its root does. *)
Ltac zero :=
  intros; split;
    [intros; apply Rminus_diag_uniq, Rsqr_0_uniq; unfold Rsqr; lra | let same := fresh in intro same; rewrite same; field].
