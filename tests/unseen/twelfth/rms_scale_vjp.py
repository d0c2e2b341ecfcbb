import numpy as np

EPS = 1e-6


# oracle: shapes x: B L D, gain: D
def rms_scale(x, gain):
    """LLaMA's normalisation.  Returns y and the function that pulls cotangents back."""
    D = x.shape[-1]
    ms = np.mean(np.square(x), axis=-1, keepdims=True)
    inv = 1.0 / np.sqrt(ms + EPS)
    y = gain * x * inv

    def vjp(y_bar):
        n_bar = y_bar * gain
        # inv depends on every entry of the row:  d inv / d x_j = -inv^3 x_j / D
        inv_bar = np.sum(n_bar * x, axis=-1, keepdims=True)
        x_bar = n_bar * inv - inv_bar * inv ** 3 * x
        gain_bar = np.sum(y_bar * x * inv, axis=(0, 1))
        return x_bar, gain_bar

    return y, vjp
