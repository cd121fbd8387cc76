"""`errorflow profile` on stacks, losses, folders of checkpoints and pictures, and what it refuses."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from errorflow.cli import main
from errorflow.diagnosis.checkpoints import in_order
from tests.networks import state_dict

NETWORKS = Path(__file__).parent.parent / "figures" / "networks"
LSTM, GRU, STACK = (NETWORKS / f"{name}.safetensors" for name in ("digits_lstm", "digits_gru", "sunspots_lstm2"))


@pytest.fixture
def call(capsys):
    """What a command line answers: exit status, stdout, stderr."""

    def answer(*words):
        capsys.readouterr()
        status = main([str(word) for word in words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return answer


@pytest.fixture
def few(tmp_path):
    """Three digits of 20 steps and their classes, as files."""
    np.save(tmp_path / "x.npy", np.load(NETWORKS / "digits_inputs.npy")[:3, :20])
    np.save(tmp_path / "y.npy", np.load(NETWORKS / "digits_labels.npy")[:3])
    return tmp_path


def document(call, *words):
    status, out, err = call(*words, "--json")
    assert (status, err) == (0, "")
    return json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_a_stack_is_profiled_layer_by_layer_and_as_one(call, tmp_path):
    np.save(tmp_path / "x.npy", np.load(NETWORKS / "sunspots_inputs.npy")[:2, :12])
    found = document(call, "profile", STACK, "--inputs", tmp_path / "x.npy")
    assert [layer["layer"] for layer in found["layers"]] == [0, 1]
    assert found["joint"]["layer"] == "joint"
    assert len(found["joint"]["log2_norm_blocks"]) == 16
    wanted = ef.diagnose(ef.read_network(STACK), np.load(tmp_path / "x.npy"), layer="joint")
    np.testing.assert_allclose(found["joint"]["log2_norm"], wanted.joint.log2_norm, rtol=0, atol=1e-12)
    (layer,) = document(call, "profile", STACK, "--inputs", tmp_path / "x.npy", "--layer", "1")["layers"]
    assert layer["layer"] == 1
    alone = document(call, "profile", STACK, "--inputs", tmp_path / "x.npy", "--layer", "joint")
    assert (alone["layers"], alone["joint"]["layer"]) == ([], "joint")


def test_a_loss_is_carried_back_from_the_read_out_in_the_file(call, few):
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "y.npy")
    loss = document(call, *words)["loss"]
    wanted = ef.diagnose(
        ef.read_network(LSTM), np.load(few / "x.npy"), loss="cross-entropy", targets=np.load(few / "y.npy")
    ).loss
    np.testing.assert_allclose(loss["log2_error"], np.median(wanted.log2_error, axis=0), rtol=0, atol=1e-12)
    assert loss["alignment"]["median"][0] is None
    assert set(loss["gradient_log2_norm_by_lag"]) == set(ef.read_network(LSTM).weights)
    status, out, _ = call(*words)
    assert status == 0
    assert "The read-out's own error, cross-entropy loss" in out


def test_losses_at_every_step_say_what_the_last_one_has_a_share_of(call, few):
    classes = np.random.default_rng(0).integers(0, 10, (3, 20))
    np.save(few / "every.npy", classes)
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "every.npy")
    loss = document(call, *words)["loss"]
    wanted = ef.diagnose(ef.read_network(LSTM), np.load(few / "x.npy"), loss="cross-entropy", targets=classes).loss
    assert loss["at"] == "every step"
    np.testing.assert_allclose(loss["share_of_last"], np.median(wanted.share_of_last, axis=0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(loss["log2_error_of_last"], np.median(wanted.log2_last, axis=0), rtol=0, atol=1e-12)
    status, out, _ = call(*words)
    assert status == 0
    assert "the losses of all steps summed" in out
    assert "share of last" in out
    alone = document(call, *words, "--sequence", "2")["loss"]
    np.testing.assert_allclose(alone["log2_error"], wanted.log2_error[2], rtol=0, atol=1e-9)


def test_targets_that_are_to_be_ignored_have_no_loss(call, few):
    targets = np.tile([4, -100], (3, 10))
    np.save(few / "every.npy", targets)
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "every.npy")
    loss = document(call, *words, "--ignore", "-100")["loss"]
    masked = np.ma.masked_equal(targets, -100)
    wanted = ef.diagnose(ef.read_network(LSTM), np.load(few / "x.npy"), loss="cross-entropy", targets=masked).loss
    assert loss["mean_value"] == pytest.approx(wanted.values.mean(), rel=1e-14)
    assert loss["log2_error"][0] is None  # the last step has no loss
    np.testing.assert_allclose(loss["log2_error"][1:], np.median(wanted.log2_error, axis=0)[1:], rtol=0, atol=1e-12)
    status, out, _ = call(*words, "--ignore", "-100")
    assert status == 0
    assert "The gradient in the weights by lag" in out
    status, _, err = call(*words)
    assert (status, "classes from 0 to 9, got -100" in err) == (2, True)
    status, _, err = call("profile", LSTM, "--inputs", few / "x.npy", "--ignore", "-100")
    assert (status, "--targets must be given with --ignore" in err) == (2, True)
    assert call(*words, "--ignore", "none")[0] == 2


def test_one_sequence_takes_its_targets_without_a_batch_axis(call, few):
    np.save(few / "one.npy", np.load(few / "x.npy")[0])
    np.save(few / "classes.npy", np.arange(20) % 10)
    words = ("--loss", "cross-entropy", "--targets", few / "classes.npy")
    assert document(call, "profile", LSTM, "--inputs", few / "one.npy", *words)["loss"]["at"] == "every step"


@pytest.fixture
def modules(few):
    """A file of two modules that read one another and two linear maps."""
    tensors = state_dict("lstm", 5, 3, prefix="encoder.rnn.") | state_dict("gru", 4, 5, prefix="decoder.rnn.")
    np.savez(few / "net.npz", **tensors, **{"fc.weight": np.ones((3, 4)), "aux.weight": np.ones((2, 4))})
    np.savez(few / "head.npz", weight=np.ones((3, 4)), bias=np.zeros(3))
    np.save(few / "in.npy", np.random.default_rng(0).normal(size=(2, 6, 3)))
    np.save(few / "out.npy", np.zeros((2, 6), dtype=int))
    return few


def test_several_prefixes_make_one_stack_and_the_head_is_chosen_by_name_or_file(call, modules):
    stack = (
        "profile",
        modules / "net.npz",
        "--inputs",
        modules / "in.npy",
        "--prefix",
        "encoder.",
        "--prefix",
        "decoder.",
    )
    found = document(call, *stack)
    assert [(layer["layer"], layer["kind"]) for layer in found["layers"]] == [(0, "lstm"), (1, "gru")]
    assert found["joint"]["units"] == 9
    loss = ("--loss", "cross-entropy", "--targets", modules / "out.npy", "--head")
    by_name, by_file = (document(call, *stack, *loss, head)["loss"] for head in ("fc", modules / "head.npz"))
    assert by_name["log2_error"] == by_file["log2_error"]


TYPED = [
    (
        "",
        "choose one with --prefix, or those of a stack, lowest first, as in --prefix 'encoder.rnn.' --prefix 'decoder",
    ),
    ("--prefix decoder. --prefix encoder.", "--prefix must name modules of"),
    ("--prefix encoder. --layer 3", "--layer must be 0, of the only layer"),
    ("--prefix encoder. --nonlinearity relu", "--nonlinearity must be left out for"),
    ("--prefix encoder. --layout keras", "must hold kernel and recurrent_kernel"),
    ("--prefix encoder. --merge sum", "--merge must be left out for"),
    ("--prefix decoder. --loss squared --targets {out}", "--head must be given as weight and bias"),
    ("--prefix encoder. --head fc", "--loss must say what --head is for"),
    ("--prefix encoder. --loss squared --targets {out} --head fc", "--head must read the 5 outputs"),
    ("--prefix encoder. --loss squared --targets {out} --head {net}", "must hold weight (k, n), or kernel (n, k)"),
]


@pytest.mark.parametrize(("words", "says"), TYPED)
def test_complaints_name_what_was_typed_and_not_the_arguments_of_python(call, modules, words, says):
    given = words.format(out=modules / "out.npy", net=modules / "net.npz").split()
    width = 5 if "decoder. --l" in words else 3
    np.save(modules / "in.npy", np.zeros((2, 6, width)))
    status, out, err = call("profile", modules / "net.npz", "--inputs", modules / "in.npy", *given)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert "=(" not in err
    assert "prefix=" not in err


def test_a_sequence_takes_its_own_target(call, few):
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "y.npy")
    alone = document(call, *words, "--sequence", "2")["loss"]
    both = ef.diagnose(
        ef.read_network(LSTM), np.load(few / "x.npy"), loss="cross-entropy", targets=np.load(few / "y.npy")
    ).loss
    np.testing.assert_allclose(alone["log2_error"], both.log2_error[2], rtol=0, atol=1e-9)


def test_a_folder_of_checkpoints_gives_a_map_in_the_order_of_training(call, few):
    folder = few / "run"
    folder.mkdir()
    network = ef.read_network(GRU)
    for step in (100, 20, 3):
        shutil.copy(GRU, folder / f"step_{step}.safetensors")
    (folder / "notes.txt").write_text("not a checkpoint")
    words = ("profile", folder, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "y.npy")
    found = document(call, *words)["checkpoints"]
    assert [row["step"] for row in found] == [3, 20, 100]
    wanted = ef.diagnose(network, np.load(few / "x.npy")).layers[0].log2_norm
    for row in found:
        np.testing.assert_allclose(row["layers"][0]["log2_norm"], wanted, rtol=0, atol=1e-9)
        assert len(row["loss"]["log2_error"]) == 21
    status, out, _ = call(*words, "--plot", few / "map.svg")
    assert status == 0
    assert "3 checkpoints" in out
    assert (few / "map.svg").stat().st_size > 1000
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(("layer", "name"), [("0", "layer 0"), ("1", "layer 1"), (None, "all layers as one")])
def test_a_map_of_checkpoints_says_whose_flow_it_is(call, few, layer, name):
    folder = few / "stacks"
    folder.mkdir(exist_ok=True)
    shutil.copy(STACK, folder / "step_1.safetensors")
    words = ("profile", folder, "--steps", "6", *(("--layer", layer) if layer else ()))
    status, out, _ = call(*words, "--plot", few / "map.svg")
    assert status == 0
    assert f"1 checkpoint, {name}: log2 of the norm of the flow" in " ".join(out.split())
    assert f"norm of the flow, {name}" in (few / "map.svg").read_text()
    row = document(call, *words)["checkpoints"][0]
    found = row.get("joint") or row["layers"][-1]
    asked = "joint" if layer is None else int(layer)
    inputs = np.zeros((1, 6, 1))
    wanted = ef.diagnose(ef.read_network(STACK), inputs, layer=asked).all[-1]
    np.testing.assert_allclose(found["log2_norm"], wanted.log2_norm, rtol=0, atol=1e-9)


def test_checkpoints_show_themselves_in_a_notebook(few):
    from errorflow.diagnosis.checkpoints import diagnose_checkpoints

    (few / "run").mkdir()
    for step in (1, 2):
        shutil.copy(GRU, few / "run" / f"step_{step}.safetensors")
    found = diagnose_checkpoints(few / "run", np.load(few / "x.npy")[:1, :4])
    assert "<td>2</td><td>step_2.safetensors</td><td><b>" in found._repr_html_()
    assert found.plot()._repr_png_().startswith(b"\x89PNG")


def test_checkpoints_are_ordered_by_number_and_not_by_letter():
    names = ["net_10.npz", "net_9.npz", "final.npz", "net_100.npz"]
    assert [p.name for p in in_order(map(Path, names))] == ["final.npz", "net_9.npz", "net_10.npz", "net_100.npz"]


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png"])
def test_a_picture_is_written_where_it_was_asked_for(call, few, suffix):
    target = few / f"picture.{suffix}"
    found = document(call, "profile", GRU, "--inputs", few / "x.npy", "--plot", target)
    assert found["plot"] == str(target)
    assert target.stat().st_size > 1000


WRONG = [
    ("--layer two", "--layer must be the number of a layer, from 0, or joint, got 'two'"),
    ("--layer 1", "layer must be 0, of the only layer"),
    ("--layer joint", "one layer"),
    ("--loss cross-entropy", "--targets must be given with --loss cross-entropy"),
    ("--targets {y}", "--loss must say what --targets are for"),
    ("--loss entropy --targets {y}", "--loss must be cross-entropy or squared, got 'entropy'"),
    ("--loss squared --targets {y}", "targets must have shape (3, 10)"),
    ("--loss cross-entropy --targets absent.npy", "--targets must be a .npy file, got absent.npy, which is not there"),
    ("--loss cross-entropy --targets {x}", "whole numbers"),
    ("--loss cross-entropy --targets {short}", "one for each of the 3 sequences"),
    ("--plot picture.gif", "--plot must end in .pdf, .svg, .png, got 'picture.gif'"),
    ("--plot absent/picture.pdf", "stand in a folder that exists"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_what_cannot_be_meant_ends_in_one_line_and_status_two(call, few, words, says):
    np.save(few / "short.npy", np.array([1]))
    given = words.format(x=few / "x.npy", y=few / "y.npy", short=few / "short.npy").split()
    status, out, err = call("profile", GRU, "--inputs", few / "x.npy", *given)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_a_folder_without_checkpoints_and_one_of_mixed_networks_are_refused(call, few):
    (few / "empty").mkdir()
    status, _, err = call("profile", few / "empty", "--inputs", few / "x.npy")
    assert status == 2
    assert "which has none" in err
    (few / "mixed").mkdir()
    shutil.copy(GRU, few / "mixed" / "1.safetensors")
    shutil.copy(STACK, few / "mixed" / "2.safetensors")
    status, _, err = call("profile", few / "mixed", "--inputs", few / "x.npy")
    assert (status, err.count("\n")) == (2, 1)
    assert "networks of different layers" in err


@pytest.mark.parametrize(("kind", "units"), [("gru", 5), ("lstm", 4)])
def test_checkpoints_of_another_kind_or_width_are_no_history_of_one_network(call, tmp_path, kind, units):
    np.savez(tmp_path / "1.npz", **state_dict("lstm", 5, 3))
    np.savez(tmp_path / "2.npz", **state_dict(kind, units, 3))
    status, out, err = call("profile", tmp_path, "--steps", 4)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "networks of different layers" in err


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_the_table_of_many_sequences_fits_a_terminal_of_100_columns(call, tmp_path, kind):
    np.savez(tmp_path / "net.npz", **{k: -3 * v for k, v in state_dict(kind, 5, 3).items()})
    np.save(tmp_path / "x.npy", np.random.default_rng(1).normal(size=(3, 70, 3)))
    status, out, err = call("profile", tmp_path / "net.npz", "--inputs", tmp_path / "x.npy")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("where", ["errorflow.diagnosis.examine.profile_of", "errorflow.plots.files.tempfile.mkstemp",
                                   "errorflow.plots.diagnosis.picture"])  # fmt: skip
def test_work_that_is_interrupted_leaves_no_file_and_one_line(where, call, few, monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    before = {path.name for path in few.iterdir()}
    monkeypatch.setattr(where, interrupted)
    status, out, err = call("profile", GRU, "--inputs", few / "x.npy", "--plot", few / "p.pdf")
    assert (status, out, err) == (130, "", "interrupted\n")
    assert {path.name for path in few.iterdir()} == before


def test_progress_goes_to_a_terminal_alone_and_leaves_nothing(monkeypatch, capsys):
    from errorflow.cli.progress import progress

    with progress() as tell:
        tell("quiet")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress() as tell:
        tell("layer 0")
    told = capsys.readouterr()
    assert "layer 0" in told.err
    assert told.err.endswith("\r\x1b[K")
    assert told.out == ""


@pytest.mark.parametrize(
    ("kind", "ignored", "masked"),
    [(np.uint8, "-100", False), (np.uint8, "1e300", False), (np.int64, "nan", False), (float, "nan", True)],
)
def test_what_is_ignored_need_not_be_a_number_that_targets_can_be(call, few, kind, ignored, masked):
    targets = np.tile([4, 7], (3, 10)).astype(kind)
    if masked:
        targets[:, 1::2] = np.nan
    np.save(few / "kind.npy", targets)
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "kind.npy")
    loss = document(call, *words, "--ignore", ignored)["loss"]
    assert (loss["log2_error"][0] is None) is masked


def test_output_is_refused_where_a_network_runs_in_one_direction(call, few):
    np.save(few / "last.npy", np.array([1, 2, 3]))
    words = ("profile", LSTM, "--inputs", few / "x.npy", "--loss", "cross-entropy", "--targets", few / "last.npy")
    status, _, err = call(*words, "--output", "final")
    assert (status, err.count("\n"), "--output must be left out for a network of one direction" in err) == (2, 1, True)
