"""REINFORCE on a walk of seven squares: go right to get the reward. Policy net in NumPy."""
import numpy as np

H, D = 8, 7
batch_size = 5
learning_rate = 1e-2
gamma = 0.95
decay_rate = 0.99
rng = np.random.RandomState(1)

model = {}
model['W1'] = rng.randn(H, D) / np.sqrt(D)
model['W2'] = rng.randn(H) / np.sqrt(H)
grad_buffer = {k: np.zeros_like(v) for k, v in model.items()}
rmsprop_cache = {k: np.zeros_like(v) for k, v in model.items()}


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def discount_rewards(r):
    out = np.zeros_like(r)
    running = 0
    for t in reversed(range(r.size)):
        running = running * gamma + r[t]
        out[t] = running
    return out


def policy_forward(x):
    h = np.dot(model['W1'], x)
    h[h < 0] = 0
    logp = np.dot(model['W2'], h)
    p = sigmoid(logp)
    return p, h


def policy_backward(eph, epdlogp):
    dW2 = np.dot(eph.T, epdlogp).ravel()
    dh = np.outer(epdlogp, model['W2'])
    dh[eph <= 0] = 0
    dW1 = np.dot(dh.T, epx)
    return {'W1': dW1, 'W2': dW2}


running_reward = None
episode = 0
while episode < 40:
    position, done, steps = 3, False, 0
    xs, hs, dlogps, drs = [], [], [], []
    while not done:
        x = np.zeros(D)
        x[position] = 1
        aprob, h = policy_forward(x)
        action = 1 if rng.uniform() < aprob else 0
        xs.append(x)
        hs.append(h)
        y = 1 if action == 1 else 0
        dlogps.append(y - aprob)
        position += 1 if action == 1 else -1
        steps += 1
        reward = 1.0 if position == D - 1 else (-1.0 if position == 0 else 0.0)
        drs.append(reward)
        done = reward != 0 or steps > 30
    episode += 1
    epx = np.vstack(xs)
    eph = np.vstack(hs)
    epdlogp = np.vstack(dlogps)
    epr = np.vstack(drs)

    discounted_epr = discount_rewards(epr)
    discounted_epr -= np.mean(discounted_epr)
    discounted_epr /= np.std(discounted_epr) + 1e-8
    epdlogp *= discounted_epr
    grad = policy_backward(eph, epdlogp)
    for k in model:
        grad_buffer[k] += grad[k]

    if episode % batch_size == 0:
        for k, v in model.items():
            g = grad_buffer[k]
            rmsprop_cache[k] = decay_rate * rmsprop_cache[k] + (1 - decay_rate) * g**2
            model[k] += learning_rate * g / (np.sqrt(rmsprop_cache[k]) + 1e-5)
            grad_buffer[k] = np.zeros_like(v)
    total = float(np.sum(drs))
    running_reward = total if running_reward is None else running_reward * 0.9 + total * 0.1
    if episode % 10 == 0:
        print('episode %d: reward %.2f, mean %.3f' % (episode, total, running_reward))
