import numpy as np


# oracle: shapes tokens: B T labels(vocab)
class ScaledEmbedding:
    """Token embedding as in the Transformer paper: rows are multiplied by sqrt(d_model)."""

    def __init__(self, vocab, d_model):
        self.W = np.random.normal(0.0, 1.0, (vocab, d_model))
        self.d_model = d_model

    def forward(self, tokens):
        self.tokens = tokens
        return self.W[tokens] * np.sqrt(self.d_model)

    def backward(self, grad_out):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.tokens, grad_out)
