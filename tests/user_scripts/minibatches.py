"""Mini-batches: three classes of points in a spiral, ReLU, softmax, weight decay in the loss."""
import numpy as np

rng = np.random.default_rng(5)
K, PER = 3, 20
X = np.zeros((PER * K, 2))
y = np.zeros(PER * K, dtype='uint8')
for j in range(K):
    ix = range(PER * j, PER * (j + 1))
    r = np.linspace(0.0, 1, PER)
    t = np.linspace(j * 4, (j + 1) * 4, PER) + rng.normal(size=PER) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 16
W = 0.1 * rng.normal(size=(2, h))
b = np.zeros((1, h))
W2 = 0.1 * rng.normal(size=(h, K))
b2 = np.zeros((1, K))
step_size = 0.5
reg = 1e-3

for epoch in range(4):
    order = rng.permutation(len(X))
    for start in range(0, len(X), 15):
        batch = order[start:start + 15]
        Xb, yb = X[batch], y[batch]
        n = len(Xb)
        hidden_layer = np.maximum(0, np.dot(Xb, W) + b)
        scores = np.dot(hidden_layer, W2) + b2
        exp_scores = np.exp(scores)
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
        corect_logprobs = -np.log(probs[range(n), yb])
        data_loss = np.sum(corect_logprobs) / n
        reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
        loss = data_loss + reg_loss

        dscores = probs
        dscores[range(n), yb] -= 1
        dscores /= n
        dW2 = np.dot(hidden_layer.T, dscores)
        db2 = np.sum(dscores, axis=0, keepdims=True)
        dhidden = np.dot(dscores, W2.T)
        dhidden[hidden_layer <= 0] = 0
        dW = np.dot(Xb.T, dhidden)
        db = np.sum(dhidden, axis=0, keepdims=True)
        dW2 += reg * W2
        dW += reg * W

        W += -step_size * dW
        b += -step_size * db
        W2 += -step_size * dW2
        b2 += -step_size * db2
    print("epoch %d: loss %f" % (epoch, loss))
