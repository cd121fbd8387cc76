"""Hostile and damaged files of weights: one clear line, nothing run, memory flat."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from tests.networks import MIB, refusal, state_dict, write


@pytest.fixture(params=[".safetensors", ".npz"])
def file(request, tmp_path):
    """A place for a file in either format."""
    return tmp_path / f"network{request.param}"


# Pickles


class Dangerous:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.write_text, (self.path, "ran"))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".bin", ".PT", ".safetensors", ".npz"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_is_never_opened_whatever_it_is_called(tmp_path, suffix, protocol):
    trace = tmp_path / "trace"
    path = tmp_path / f"network{suffix}"
    path.write_bytes(pickle.dumps({"rnn.weight_hh_l0": Dangerous(trace)}, protocol=protocol))
    message = refusal(path)
    assert "save_file(torch.load(" in message
    assert "weights_only=True" in message
    assert not trace.exists()


def test_an_npz_with_objects_is_refused_without_running_them(tmp_path):
    trace, path = tmp_path / "trace", tmp_path / "network.npz"
    np.savez(path, **state_dict("rnn"), extra=np.array([Dangerous(trace)], dtype=object))
    assert "never unpickled" in refusal(path)
    objects = {name: array.astype(object) for name, array in state_dict("rnn").items()}
    assert "must be float" in refusal(objects)
    assert not trace.exists()


def test_a_torch_archive_renamed_to_npz_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
    assert "save_file(torch.load(" in refusal(path)
    path = path.rename(tmp_path / "network.safetensors")
    assert "got a zip archive, as torch.save writes it. Where torch is installed" in refusal(path)


# Safetensors


def safetensors_bytes(header, data=b"", length=None):
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 8,
        safetensors_bytes({}, length=2**40),
        safetensors_bytes({}, length=2**64 - 1),
        safetensors_bytes(b"[" * 100_000),
        safetensors_bytes(b'{"a": ' * 50_000),
        safetensors_bytes(b"[1, 2]"),
        safetensors_bytes(b"\xff\xfe{}"),
        safetensors_bytes(b'{"a": {}, "a": {}}'),
        safetensors_bytes(b'{"a": {"dtype": "F32", "shape": [1' + b"0" * 5000 + b'], "data_offsets": [0, 4]}}'),
        safetensors_bytes({"a": 3}),
        safetensors_bytes({"a": {"dtype": "F32", "shape": "ab", "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [2**32, 2**30], "data_offsets": [0, 0]}}),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [2**62] * 8, "data_offsets": [0, 2**62]}}),
        safetensors_bytes(b'{"a": {"dtype": "F32", "shape": [1' + b"0" * 4000 + b'], "data_offsets": [0, 4]}}'),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1] * 100, "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}}, b"1"),
        safetensors_bytes({"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
    ],
)
def test_a_hostile_safetensors_header_is_refused_in_little_memory(tmp_path, content):
    path = tmp_path / "network.safetensors"
    path.write_bytes(content)
    assert len(refusal(path)) < 600


@pytest.mark.parametrize(
    ("spans", "size", "words"),
    [
        ([(0, 32), (0, 32), (32, 48), (48, 64)], 64, "rnn.weight_hh_l0, which overlaps rnn.weight_ih_l0"),
        ([(0, 32), (16, 48), (48, 64), (64, 80)], 80, "rnn.weight_hh_l0, which overlaps rnn.weight_ih_l0"),
        ([(0, 32), (40, 72), (72, 88), (88, 104)], 104, "rnn.weight_hh_l0, which leaves a hole before byte 40"),
        ([(0, 32), (32, 64), (64, 80), (80, 96)], 99, "must hold the 96 bytes of its tensors, got 99"),
    ],
)
def test_tensors_that_overlap_or_leave_holes_are_refused(tmp_path, spans, size, words):
    names = list(state_dict("rnn", units=2, inputs=2))
    shapes = [[2, 2], [2, 2], [2], [2]]
    header = {
        name: {"dtype": "F64", "shape": shape, "data_offsets": span}
        for name, shape, span in zip(names, shapes, spans, strict=True)
    }
    path = tmp_path / "network.safetensors"
    path.write_bytes(safetensors_bytes(header, bytes(size)))
    assert words in refusal(path)


def test_tensors_in_any_order_of_the_header_keep_their_values(tmp_path):
    tensors = {name: array.astype("<f8") for name, array in state_dict("rnn").items()}
    header, data = {}, b""
    for name in reversed(tensors):
        raw = tensors[name].tobytes()
        header[name] = {
            "dtype": "F64",
            "shape": [*tensors[name].shape],
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    path = tmp_path / "network.safetensors"
    path.write_bytes(safetensors_bytes(dict(sorted(header.items())) | {"__metadata__": {"format": "pt"}}, data))
    assert (ef.read_network(path).weights["W"] == tensors["rnn.weight_hh_l0"]).all()


def sparse(path, units):
    """A file whose header and length agree, but which is all holes: an RNN of `units` without numbers."""
    size = 4 * units * units
    header = {
        f"weight_{part}_l0": {"dtype": "F32", "shape": [units, units], "data_offsets": [k * size, (k + 1) * size]}
        for k, part in enumerate(["ih", "hh"])
    }
    path.write_bytes(safetensors_bytes(header))
    os.truncate(path, path.stat().st_size + 2 * size)
    return path


@pytest.mark.skipif(not hasattr(os.stat_result, "st_blocks"), reason="the system does not say what is on the disk")
def test_a_file_of_holes_that_keeps_what_its_header_promises_is_refused_in_little_memory(tmp_path):
    path = sparse(tmp_path / "network.safetensors", 300_000)
    assert path.stat().st_size > 7 * 10**11
    message = refusal(path)
    assert f"must be whole, got {path.stat().st_size} bytes of which " in message


def test_a_header_of_gigabytes_in_a_sparse_file_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "network.safetensors"
    path.write_bytes(struct.pack("<Q", 2**33))
    os.truncate(path, 2**34)
    assert "got 17179869184 bytes of which" in refusal(path)


def test_a_header_beyond_its_limit_is_not_parsed(tmp_path):
    path = tmp_path / "network.safetensors"
    path.write_bytes(safetensors_bytes(b"{}" + b" " * (2 * MIB)))
    assert "must have at most 1048576 bytes, got 2097154" in refusal(path)


def npy_bytes(shape, descr="<f8", data=b"", text=None):
    """A .npy member with any header."""
    text = (text or f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}").encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def npz(path, members, method=zipfile.ZIP_STORED):
    """A zip file with any members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY",
        b"not an array at all",
        npy_bytes((10**6, 10**6)),
        npy_bytes((2**62, 2**62, 2**62)),
        npy_bytes((-1, -1), data=b"12345678"),
        npy_bytes((2,), data=b"12345678"),
        npy_bytes((1,), data=b"1234567812345678"),
        npy_bytes((1,), descr="|O", data=b"12345678"),
        npy_bytes((1,), descr="|V8", data=b"12345678"),
        npy_bytes((1,), descr="<U2", data=b"12345678"),
        npy_bytes((1,), text="(" * 9000),
        npy_bytes((1,), text="__import__('os').getpid()"),
        npy_bytes((1,), text="{'descr': '<f8'}"),
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{" * 100,
        b"\x93NUMPY\x03\x00" + struct.pack("<I", 10) + b"{" * 100,
        b"\x93NUMPY\x09\x00" + struct.pack("<I", 10) + b"{" * 100,
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_hostile_npz_member_is_refused_in_little_memory(tmp_path, member, method):
    tensors = {f"{name}.npy": npy_bytes(a.shape, data=a.tobytes()) for name, a in state_dict("rnn").items()}
    path = npz(tmp_path / "network.npz", tensors, method)
    assert ef.read_network(path).units == 5
    path = npz(path, tensors | {"head.weight.npy": member}, method)
    assert len(refusal(path)) < 600


def test_a_zip_bomb_of_zeros_is_refused_in_little_memory(tmp_path):
    big = npy_bytes((40 * MIB // 8 // 5, 5), data=bytes(40 * MIB))
    path = npz(tmp_path / "network.npz", {"rnn.weight_hh_l0.npy": big}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < MIB
    assert "must not expand beyond reason" in refusal(path)


def test_a_crowd_of_members_is_refused_before_their_directory_is_read(tmp_path):
    # The central directory alone, 50 bytes an entry: zipfile would make a hundred megabytes of it.
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", *[0] * 9, 4, *[0] * 6) + b"a.np"
    count = 100_000
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 65535, 65535, len(entry) * count, 0, 0)
    path = tmp_path / "network.npz"
    path.write_bytes(entry * count + end)
    assert zipfile.is_zipfile(path)
    assert "must hold at most 10000 arrays, got 100000" in refusal(path)


def test_an_npz_that_holds_more_than_arrays_or_is_packed_oddly_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    assert "arrays only, got 'code.py'" in refusal(npz(path, {"code.py": b"1"}))
    assert "compression method" in refusal(npz(path, {"a.npy": npy_bytes((0,))}, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", npy_bytes((0,)))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.npy", npy_bytes((0,)))
    assert "twice" in refusal(path)


def test_a_file_cut_anywhere_is_refused(file):
    whole = write(file, state_dict("gru", units=2, inputs=1)).read_bytes()
    for length in range(0, len(whole), 7):
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"must|lacks"):
            ef.read_network(file)


def test_a_file_with_any_byte_changed_is_read_or_refused_but_never_breaks(file):
    # Safetensors has no checksum, so that a changed weight is read as it stands; a zip member's checksum refuses it.
    whole = write(file, state_dict("rnn", units=2, inputs=1)).read_bytes()
    rng = np.random.default_rng(0)
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)
        try:
            network = ef.read_network(file)
        except ValueError:
            continue
        assert all(np.isfinite(array).all() for array in network.weights.values())


def test_an_npz_compressed_by_numpy_is_read(tmp_path):
    tensors = state_dict("lstm", dtype=np.float32)
    np.savez_compressed(tmp_path / "network.npz", **tensors)
    assert ef.read_network(tmp_path / "network.npz").kind == "lstm"


def test_big_endian_and_column_major_arrays_keep_their_values(tmp_path):
    tensors = state_dict("lstm")
    np.savez(tmp_path / "n.npz", **{name: np.asfortranarray(array.astype(">f8")) for name, array in tensors.items()})
    assert (ef.read_network(tmp_path / "n.npz").weights["W_f"] == tensors["rnn.weight_hh_l0"][5:10]).all()


# Contradictions of whole layers


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_bad_number_in_any_layer_refuses_the_whole_file(file, bad):
    tensors = state_dict("lstm", layers=2, both=True)
    tensors["rnn.bias_hh_l1_reverse"][3] = bad
    assert f"tensor rnn.bias_hh_l1_reverse must be finite, got {bad} at index (3,)" in refusal(write(file, tensors))


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"a": 1}),
        b"",
        struct.pack("<Q", 2**63) + b"{}",
        safetensors_bytes({"weight_hh_l0": {"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 2**42]}}),
        safetensors_bytes({"weight_hh_l0": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}, b"abcd"),
    ],
    ids=["pickle", "empty", "long header", "terabytes", "no input matrix"],
)
def test_the_command_line_says_one_line_and_exits_with_two(tmp_path, capsys, content):
    from errorflow.cli import main

    path = tmp_path / "network.safetensors"
    path.write_bytes(content)
    assert main(["profile", str(path), "--steps", "3"]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert "Traceback" not in error


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are counted in kilobytes on Linux only")
def test_the_memory_of_the_process_stays_flat_whatever_is_declared(tmp_path):
    # tracemalloc does not see what is mapped or taken by a library in C; the peak of the process's memory does.
    sparse(tmp_path / "holes.safetensors", 100_000)
    header = {"weight_hh_l0": {"dtype": "F32", "shape": [2**16, 2**16], "data_offsets": [0, 2**34]}}
    (tmp_path / "cut.safetensors").write_bytes(safetensors_bytes(header, bytes(1000)))
    npz(tmp_path / "declared.npz", {"weight_hh_l0.npy": npy_bytes((2**16, 2**16), data=bytes(1000))})
    big = npy_bytes((30 * MIB,), descr="|i1", data=bytes(30 * MIB))
    npz(tmp_path / "bomb.npz", {"weight_hh_l0.npy": big}, zipfile.ZIP_DEFLATED)
    code = """
import resource, sys
from pathlib import Path
from errorflow.networks import read_network
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_network(path)
    except ValueError as error:
        print(path.name, len(str(error).splitlines()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    *refused, growth = done.stdout.split("\n")[:-1]
    assert refused == [f"{name} 1" for name in ("bomb.npz", "cut.safetensors", "declared.npz", "holes.safetensors")]
    assert int(growth) < 16 * 1024  # kilobytes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    assert "must be a file" in refusal(tmp_path / "pipe.npz")
