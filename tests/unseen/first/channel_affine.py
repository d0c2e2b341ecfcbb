"""Per-channel gain and offset after a dense layer."""
import numpy as np


def scale_shift_fwd(h, gain, offset):
    """
    h:      (N, C)
    gain:   (C,)
    offset: (C,)
    """
    return gain * h + offset


def scale_shift_bwd(dy, h, gain):
    dgain = dy * h
    doffset = dy.sum(axis=0)
    dh = dy * gain
    return {"dh": dh, "dgain": dgain, "doffset": doffset}
