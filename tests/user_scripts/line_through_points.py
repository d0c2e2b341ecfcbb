# fit y = m x + b with plain python loops, no vectors
points = [(1.0, 2.9), (2.0, 5.2), (3.0, 7.1), (4.0, 8.8), (5.0, 11.3)]


def compute_error(b, m, points):
    totalError = 0
    for i in range(0, len(points)):
        x = points[i][0]
        y = points[i][1]
        totalError += (y - (m * x + b)) ** 2
    return totalError / float(len(points))


def step_gradient(b_current, m_current, points, learningRate):
    b_gradient = 0
    m_gradient = 0
    N = float(len(points))
    for i in range(0, len(points)):
        x = points[i][0]
        y = points[i][1]
        b_gradient += -(2 / N) * (y - ((m_current * x) + b_current))
        m_gradient += -(2 / N) * x * (y - ((m_current * x) + b_current))
    new_b = b_current - (learningRate * b_gradient)
    new_m = m_current - (learningRate * m_gradient)
    return [new_b, new_m]


def run():
    b, m = 0.0, 0.0
    for i in range(100):
        if i % 25 == 0:
            print("after %d: b = %.4f, m = %.4f, error = %.5f" % (i, b, m, compute_error(b, m, points)))
        b, m = step_gradient(b, m, points, 0.02)
    print("b = %.4f, m = %.4f" % (b, m))


run()
