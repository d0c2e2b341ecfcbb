# pooling without any vectorisation magic, the way I would write it in an engine
import numpy as np

WIN = 3
STEP = 2


# oracle: shapes img: 2 1 2*K+3 2*L+3
def maxpool_forward(img):
    B, C, Hh, Ww = img.shape
    oh = (Hh - WIN) // STEP + 1
    ow = (Ww - WIN) // STEP + 1
    out = np.zeros((B, C, oh, ow))
    for b in range(B):
        for c in range(C):
            for y in range(oh):
                for x in range(ow):
                    best = img[b, c, y * STEP, x * STEP]
                    for dy in range(WIN):
                        for dx in range(WIN):
                            v = img[b, c, y * STEP + dy, x * STEP + dx]
                            if v > best:
                                best = v
                    out[b, c, y, x] = best
    return out


def maxpool_backward(dout, img):
    B, C, oh, ow = dout.shape
    dimg = np.zeros_like(img)
    for b in range(B):
        for c in range(C):
            for y in range(oh):
                for x in range(ow):
                    by, bx = y * STEP, x * STEP
                    for dy in range(WIN):
                        for dx in range(WIN):
                            if img[b, c, y * STEP + dy, x * STEP + dx] > img[b, c, by, bx]:
                                by, bx = y * STEP + dy, x * STEP + dx
                    dimg[b, c, by, bx] = dout[b, c, y, x]
    return dimg
