"""Knowledge distillation: KL(teacher || student), with temperature."""
import numpy as np

T = 4.0


def _softmax(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def distill_value_and_grad(student, teacher_p):
    """
    student : (N, C) logits of the student
    teacher_p : (N, C) probabilities, fixed
    """
    q = _softmax(student / T)
    kl = np.sum(teacher_p * (np.log(teacher_p) - np.log(q)), axis=1)
    value = T * T * kl.mean()
    dstudent = T * (teacher_p - q) / student.shape[0]
    return value, dstudent
