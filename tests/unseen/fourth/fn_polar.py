import torch
from torch.autograd import Function

# complex gates in polar form: two outputs, radius and angle


# oracle: shapes re: N D, im: N D
class ToPolar(Function):

    @staticmethod
    def forward(ctx, re, im):
        radius = torch.sqrt(re * re + im * im)
        angle = torch.atan2(im, re)
        ctx.save_for_backward(re, im, radius)
        return radius, angle

    @staticmethod
    def backward(ctx, g_radius, g_angle):
        re, im, radius = ctx.saved_tensors
        r2 = radius * radius
        g_re = g_radius * re / radius - g_angle * im / r2
        g_im = g_radius * im / radius
        return g_re, g_im


def polar(z):
    return ToPolar.apply(z.real, z.imag)
