import numpy as np


def _correlate_valid(img, ker):
    n, h, w = img.shape
    kh, kw = ker.shape
    out = np.zeros((n, h - kh + 1, w - kw + 1))
    for u in range(kh):
        for v in range(kw):
            out += ker[u, v] * img[:, u:u + out.shape[1], v:v + out.shape[2]]
    return out


# oracle: shapes image: N H+2 W+1, kernel: 3 2
def filter_forward(image, kernel):
    """Plain "convolution" of deep learning (= cross-correlation), no padding, stride one."""
    return _correlate_valid(image, kernel)


def filter_backward(grad_out, image, kernel):
    kh, kw = kernel.shape
    n, oh, ow = grad_out.shape

    grad_kernel = np.zeros_like(kernel)
    for u in range(kh):
        for v in range(kw):
            grad_kernel[u, v] = np.sum(grad_out * image[:, u:u + oh, v:v + ow])

    # full convolution of the incoming gradient with the filter
    padded = np.pad(grad_out, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    grad_image = _correlate_valid(padded, kernel)
    return grad_image, grad_kernel
