# log-determinant term of a low-rank-plus-diagonal covariance, used for the DPP prior
#   K = A A' + 0.5 I         d log|K| = tr(K^-1 dK)  ->  2 K^-1 A
import torch


# oracle: shapes A: N R
class GramLogDet(torch.autograd.Function):
    """log det(A A^T + 0.5 I)

    A : tensor of shape (N, R)
    """

    @staticmethod
    def forward(ctx, A):
        n = A.shape[0]
        K = A @ A.T + 0.5 * torch.eye(n, dtype=A.dtype)
        chol = torch.linalg.cholesky(K)
        ctx.save_for_backward(A, chol)
        return 2.0 * torch.log(torch.diagonal(chol)).sum()

    @staticmethod
    def backward(ctx, g):
        A, chol = ctx.saved_tensors
        # two triangular solves instead of an explicit inverse
        Y = torch.linalg.solve_triangular(chol, A, upper=False)
        KinvA = torch.linalg.solve_triangular(chol.T, Y, upper=True)
        dA = 2.0 * g * KinvA
        return dA
