"""word2vec, skip-gram, full softmax, one centre word at a time."""
import numpy as np

text = "the quick brown fox jumps over the lazy dog the fox sleeps and the dog barks"
words = text.split()
vocab = {w: i for i, w in enumerate(sorted(set(words)))}
V, EMB, WINDOW, ETA = len(vocab), 5, 1, 0.05

np.random.seed(6)
W_in = np.random.uniform(-0.8, 0.8, (V, EMB))
W_out = np.random.uniform(-0.8, 0.8, (EMB, V))


def one_hot(word):
    v = np.zeros(V)
    v[vocab[word]] = 1
    return v


def softmax(u):
    e = np.exp(u - np.max(u))
    return e / e.sum()


pairs = []
for i, word in enumerate(words):
    context = [words[j] for j in range(max(0, i - WINDOW), min(len(words), i + WINDOW + 1)) if j != i]
    pairs.append((one_hot(word), [one_hot(c) for c in context]))

for epoch in range(3):
    epoch_loss = 0
    for x, contexts in pairs:
        h = W_in.T.dot(x)
        u = W_out.T.dot(h)
        y_pred = softmax(u)
        loss = -sum(np.log(y_pred.dot(c)) for c in contexts)
        EI = np.sum([y_pred - c for c in contexts], axis=0)
        dl_dw2 = np.outer(h, EI)
        dl_dw1 = np.outer(x, W_out.dot(EI))
        W_in = W_in - ETA * dl_dw1
        W_out = W_out - ETA * dl_dw2
        epoch_loss += loss
    print("EPOCH", epoch, "LOSS %.4f" % epoch_loss)
