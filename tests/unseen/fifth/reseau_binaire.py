# -*- coding: utf-8 -*-
"""Mon réseau à une couche cachée n'apprend presque pas quand il se trompe franchement. Où est l'erreur ?"""
import numpy as np


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes X: N n_entrees, y: N 1 binary
class ReseauBinaire:
    def __init__(self, n_entrees=4, n_caches=5):
        rng = np.random.default_rng(3)
        self.W1 = rng.normal(size=(n_entrees, n_caches)) * 0.5
        self.b1 = np.zeros(n_caches)
        self.W2 = rng.normal(size=(n_caches, 1)) * 0.5
        self.b2 = np.zeros(1)

    def forward(self, X):
        self.cachee = np.tanh(X @ self.W1 + self.b1)
        self.sortie = sigmoide(self.cachee @ self.W2 + self.b2)
        return self.sortie

    def loss(self, X, y):
        p = self.forward(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, X, y):
        effectif = X.shape[0]
        p = self.forward(X)
        # entropie croisée + sigmoïde
        erreur = (p - y) * p * (1 - p) / effectif
        self.dW2 = self.cachee.T @ erreur
        self.db2 = erreur.sum(axis=0)
        erreur_cachee = (erreur @ self.W2.T) * (1 - self.cachee ** 2)
        self.dW1 = X.T @ erreur_cachee
        self.db1 = erreur_cachee.sum(axis=0)

    def pas(self, taux):
        self.W1 -= taux * self.dW1
        self.b1 -= taux * self.db1
        self.W2 -= taux * self.dW2
        self.b2 -= taux * self.db2
