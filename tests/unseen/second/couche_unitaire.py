# Projection suivie d'une normalisation sur la sphère unité
import numpy as np


class CoucheUnitaire:
    """Sortie z / ||z|| où z = X @ poids."""

    def __init__(self, D, M):
        alea = np.random.default_rng(42)
        self.poids = alea.normal(size=(D, M))
        self.grad_poids = None

    def forward(self, X):
        """X: exemples en lignes, (N, D)"""
        self.X = X
        self.z = X @ self.poids
        self.norme = np.linalg.norm(self.z, axis=1, keepdims=True)
        self.y = self.z / self.norme
        return self.y

    def backward(self, dY):
        radial = np.sum(dY * self.z, axis=1, keepdims=True)
        dz = dY / self.norme - self.y * radial / self.norme
        self.grad_poids = self.X.T @ dz
        dX = dz @ self.poids.T
        return dX
