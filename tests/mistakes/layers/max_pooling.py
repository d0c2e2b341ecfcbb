import numpy as np

SIZE = 3
STEP = 2


# oracle: shapes image: B K H+3 W+4
def maxpool_forward(image):
    B, K, H, W = image.shape
    rows = (H - SIZE) // STEP + 1
    cols = (W - SIZE) // STEP + 1
    pooled = np.zeros((B, K, rows, cols))
    for r in range(rows):
        for c in range(cols):
            win = image[:, :, r * STEP : r * STEP + SIZE, c * STEP : c * STEP + SIZE]
            pooled[:, :, r, c] = win.max(axis=(2, 3))
    return pooled, {"image": image, "pooled": pooled}


def maxpool_backward(dpooled, cache):
    image, pooled = cache["image"], cache["pooled"]
    dimage = np.zeros_like(image)
    rows, cols = pooled.shape[2:]
    for r in range(rows):
        top = r * STEP
        for c in range(cols):
            left = c * STEP
            window = image[:, :, top : top + SIZE, left : left + SIZE]
            best = pooled[:, :, r, c][:, :, None, None]
            mask = (window == best).astype(float)
            mask /= mask.sum(axis=(2, 3), keepdims=True)
            flow = dpooled[:, :, r, c][:, :, None, None]
            dimage[:, :, top : top + SIZE, left : left + SIZE] += mask * flow
    return dimage
