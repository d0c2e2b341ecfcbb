import numpy as np


def log_softmax(u):
    u = u - np.max(u, axis=-1, keepdims=True)
    return u - np.log(np.sum(np.exp(u), axis=-1, keepdims=True))


# Hinton, Vinyals & Dean: alpha * CE(hard) + (1 - alpha) * T^2 * KL(teacher_T || student_T)
# oracle: shapes student: N C, teacher: N C fixed, y: N labels(C)
def distillation_loss_and_grad(student, teacher, y, T=3.0, alpha=0.4):
    N = student.shape[0]
    rows = np.arange(N)

    logp = log_softmax(student)
    hard = -logp[rows, y].sum() / N

    logp_T = log_softmax(student / T)
    logq_T = log_softmax(teacher / T)
    q_T = np.exp(logq_T)
    soft = (q_T * (logq_T - logp_T)).sum() / N

    loss = alpha * hard + (1 - alpha) * T ** 2 * soft

    g_hard = np.exp(logp)
    g_hard[rows, y] -= 1
    g_soft = np.exp(logp_T) - q_T
    # one T of the T^2 is eaten by the chain rule through student / T
    dstudent = (alpha * g_hard + (1 - alpha) * T * g_soft) / N
    return loss, dstudent
