"""Causal FIR filter bank on one waveform, with log compression of the frame energies."""
import numpy as np


# oracle: shapes wave: 4*F, bank: M 3
def fir_energies(wave, bank):
    n, taps = wave.shape[0], bank.shape[1]
    padded = np.concatenate([np.zeros(taps - 1), wave])
    lagged = np.stack([padded[taps - 1 - k:taps - 1 - k + n] for k in range(taps)])   # (taps, n)
    filtered = bank @ lagged                                                          # (M, n)
    frames = filtered.reshape(bank.shape[0], -1, 4)
    energy = (frames ** 2).mean(axis=2) + 0.1
    value = np.log(energy)

    def pullback(ct):
        ct_energy = ct / energy
        ct_frames = ct_energy[:, :, None] * frames * (2.0 / 4)
        ct_filtered = ct_frames.reshape(filtered.shape)
        ct_bank = ct_filtered @ lagged.T
        ct_lagged = bank.T @ ct_filtered
        ct_wave = np.zeros(n)
        for k in range(taps):
            ct_wave[:n - k] += ct_lagged[k, k:]
        return ct_wave, ct_bank

    return value, pullback
