import numpy as np


# oracle: shapes features: N D, labels: N labels(K), centers: K D
def center_loss(features, labels, centers):
    """Half the mean squared distance between each feature vector and the centre of its class."""
    n = len(features)
    diff = features - centers[labels]
    loss = 0.5 * np.sum(diff ** 2) / n

    grad_features = diff / n
    grad_centers = np.zeros_like(centers)
    for row, k in zip(grad_features, labels):
        grad_centers[k] -= row
    return loss, {"features": grad_features, "centers": grad_centers}
