# learn a 3x3 edge filter with loops. slow but I understand it
import numpy as np

rng = np.random.RandomState(2)
img = rng.rand(8, 8)
true_k = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=float)


def conv(img, k):
    H, W = img.shape
    out = np.zeros((H - 2, W - 2))
    for i in range(H - 2):
        for j in range(W - 2):
            out[i, j] = np.sum(img[i:i+3, j:j+3] * k)
    return out


target = conv(img, true_k)
k = rng.randn(3, 3) * 0.1
lr = 0.1
for it in range(12):
    out = conv(img, k)
    loss = np.mean((out - target) ** 2)
    d_out = 2 * (out - target) / out.size
    d_k = np.zeros_like(k)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            d_k += d_out[i, j] * img[i:i+3, j:j+3]
    k -= lr * d_k
    if it % 4 == 0:
        print(it, "%.6f" % loss)
print(np.round(k, 2))
