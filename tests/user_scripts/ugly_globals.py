from numpy import *
import numpy as np
import sys, time

# TODO clean up!!!
random.seed(17)
x=random.rand(6,3); yy=(x.sum(1,keepdims=True)>1.5)*1.0
w1=random.rand(3,4)-.5;w2=random.rand(4,1)-.5
LR=.8
err_hist=[]
def f(s): return 1/(1+exp(-s))
def fw():
    global o1,o2
    o1=f(x@w1); o2=f(o1@w2)
    return o2
def bw():
    global w1,w2,e
    e=o2-yy
    err_hist.append((e**2).mean())
    d2=e*o2*(1-o2)
    d1=(d2@w2.T)*o1*(1-o1)
    w2=w2-LR*o1.T@d2
    w1=w1-LR*x.T@d1
try:
    for k in range(100):
        fw(); bw()
        if k%25==0: print(k,err_hist[-1].round(5),end=' ; ')
except:
    print('something broke', sys.exc_info()[0])
    raise
finally:
    print('done')
