"""Flat binary columns exchanged with the harness: `.u32` ids and `.f32` numbers, little-endian."""

import os

import numpy
import torch


def ids(folder, name):
    return torch.from_numpy(numpy.fromfile(os.path.join(folder, name + ".u32"), "<u4").astype("int64"))


def floats(folder, name):
    return torch.from_numpy(numpy.fromfile(os.path.join(folder, name + ".f32"), "<f4"))


def write_ids(folder, name, tensor):
    tensor.detach().numpy().astype("<u4").tofile(os.path.join(folder, name + ".u32"))


def write_floats(folder, name, tensor):
    tensor.detach().numpy().astype("<f4").tofile(os.path.join(folder, name + ".f32"))
