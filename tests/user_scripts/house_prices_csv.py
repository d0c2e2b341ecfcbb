"""Linear regression on a CSV of flats: area, rooms, floor -> price. Gradient descent by hand."""
import csv
import io

import numpy as np

CSV = """area,rooms,floor,price
52,2,1,141
71,3,4,203
38,1,2,99
90,4,3,262
64,2,6,187
45,2,0,118
110,5,1,301
77,3,2,214
"""

rows = list(csv.DictReader(io.StringIO(CSV)))
X = np.array([[float(r["area"]), float(r["rooms"]), float(r["floor"])] for r in rows])
y = np.array([float(r["price"]) for r in rows])

# normalise, or it explodes
mean, std = X.mean(axis=0), X.std(axis=0)
X = (X - mean) / std
X = np.c_[np.ones(len(X)), X]

theta = np.zeros(X.shape[1])
alpha = 0.1
m = len(y)
J_history = []

for it in range(200):
    h = X.dot(theta)
    J = np.sum((h - y) ** 2) / (2 * m)
    J_history.append(J)
    gradient = X.T.dot(h - y) / m
    theta = theta - alpha * gradient

print("theta:", np.round(theta, 3))
print("J went from %.1f to %.3f" % (J_history[0], J_history[-1]))
