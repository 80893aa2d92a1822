"""Bytes that a network takes: its rounded weights, packed by a range coder.

The coder is that of the library `constriction` (Bamler, 2022), after Pasco (1976) and Martin (1979). Each symbol is
coded with the frequencies of those before it, so that no table of frequencies need be kept.
"""

import json
import struct
from binascii import crc_hqx

import numpy as np
from constriction import stream

from ... import checks
from ...engine import layers
from ...engine.network import Network
from .quantisation import BIAS_BITS, check_bits, quantise

MARK = b"hg"
HEADER = struct.Struct("<2sHBBH")  # mark, checksum of the rest, bits, bytes a number, length of the list of layers


class Frequencies:
    """The probabilities of `n` symbols: how often each has come, and once more (Laplace's rule)."""

    def __init__(self, n):
        self.counts = np.ones(n)

    def model(self):
        return stream.model.Categorical(self.counts / self.counts.sum(), perfect=False)

    def see(self, symbol):
        self.counts[symbol] += 1


def write(coder, symbols, n_symbols):
    """Append symbols to a range coder."""
    seen = Frequencies(n_symbols)
    for symbol in symbols.ravel().tolist():
        coder.encode(symbol, seen.model())
        seen.see(symbol)


def read(coder, n, n_symbols):
    """The next n symbols of a range decoder: (n,)."""
    seen, symbols = Frequencies(n_symbols), np.empty(n, int)
    for i in range(n):
        symbols[i] = coder.decode(seen.model())
        seen.see(symbols[i])
    return symbols


def bytes_of(coder):
    """What a range coder has written; zeros at the end need not be kept."""
    return coder.get_compressed().astype("<u4").tobytes().rstrip(b"\0")


def decoder_of(packed):
    """A range decoder for it."""
    words = packed + bytes(-len(packed) % 4)
    return stream.queue.RangeDecoder(np.frombuffer(words, "<u4").astype(np.uint32))


def pack(symbols, n_symbols):
    """Integers from 0 to n_symbols - 1, in any shape, as bytes. `unpack` must be told how many there are."""
    symbols, n_symbols = checks.as_array(symbols, "symbols"), checks.integer(n_symbols, "n_symbols", 2)
    if symbols.size and symbols.dtype.kind not in "iu":
        raise TypeError(f"symbols must be integers, got dtype {symbols.dtype}")
    if symbols.size and not 0 <= symbols.min() <= symbols.max() < n_symbols:
        raise ValueError(f"symbols must be from 0 to {n_symbols - 1}, got {symbols.min()} to {symbols.max()}")
    coder = stream.queue.RangeEncoder()
    write(coder, symbols, n_symbols)
    return bytes_of(coder)


def unpack(packed, n, n_symbols):
    """The n integers that were packed: (n,)."""
    check_bytes(packed)
    n, n_symbols = checks.integer(n, "n", 0), checks.integer(n_symbols, "n_symbols", 2)
    return read(decoder_of(packed), n, n_symbols)


def encode(network, bits):
    """The network as bytes, everything counted: `decode(encode(network, bits))` is `quantise(network, bits)[0]`.

    network: a single one. bits: 1 to 8, as in `quantise`. After a list of the layers come the steps, four bytes each,
    and the codes, packed array by array.
    """
    if check_bits(bits) > BIAS_BITS:
        raise ValueError(f"bits must be from 1 to {BIAS_BITS}, got {bits}")
    details = quantise(network, bits)[1].details
    if network.replicas:
        raise ValueError(f"network must be a single one, such as net[0], got replicas {network.replicas}")
    specs = json.dumps([[type(layer).__name__, *arguments(layer)] for layer in network.layers], separators=(",", ":"))
    steps, coder = b"", stream.queue.RangeEncoder()
    for layer_steps, layer_codes in zip(details["steps"], details["codes"], strict=True):
        for name, codes in layer_codes.items():
            steps += struct.pack("<f", layer_steps[name].item())
            top, n_symbols = alphabet(name, bits)
            write(coder, ((codes + top) // (2 if n_symbols == 2 else 1)).astype(int), n_symbols)
    body = specs.encode() + steps + bytes_of(coder)
    return HEADER.pack(MARK, crc_hqx(body, 0), bits, network.dtype.itemsize, len(specs)) + body


def decode(packed):
    """The network that `encode` packed. ValueError if the bytes are something else."""
    check_bytes(packed)
    head, body = packed[: HEADER.size], packed[HEADER.size :]
    if len(head) < HEADER.size or not head.startswith(MARK) or HEADER.unpack(head)[1] != crc_hqx(body, 0):
        raise ValueError(f"packed must be bytes that encode made, got {len(packed)} damaged or other ones")
    _, _, bits, itemsize, length = HEADER.unpack(head)
    chain = [getattr(layers, name)(*given) for name, *given in json.loads(body[:length])]
    places = [(i, name) for i, layer in enumerate(chain) for name in layer.shapes]
    steps = struct.unpack_from(f"<{len(places)}f", body, length)
    coder = decoder_of(body[length + 4 * len(places) :])
    params = [{} for _ in chain]
    for (i, name), step in zip(places, steps, strict=True):
        (top, n_symbols), shape = alphabet(name, bits), chain[i].shapes[name]
        symbols = read(coder, int(np.prod(shape)), n_symbols).reshape(shape)
        params[i][name] = (symbols * (2 if n_symbols == 2 else 1) - top) * step
    return Network(*chain, params=params, dtype=f"float{8 * itemsize}")


def check_bytes(packed):
    """TypeError unless they are."""
    if not isinstance(packed, bytes):
        raise TypeError(f"packed must be bytes, got {packed!r}")


def alphabet(name, bits):
    """The largest code of a parameter of this name, and how many codes there are."""
    bits = bits if name == "weight" else BIAS_BITS
    top = max(2 ** (bits - 1) - 1, 1)
    return top, 2 if bits == 1 else 2 * top + 1


def arguments(layer):
    """The layer's arguments, without those at the end that are the constructor's own."""
    given = list(layer.settings().values())
    while given and is_default(layer, given):
        given.pop()
    return given


def is_default(layer, given):
    """Whether the last of these arguments may be left out."""
    try:
        return type(layer)(*given[:-1]).settings() == layer.settings()
    except TypeError:
        return False
