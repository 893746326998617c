import numpy as np
from scipy.special import erfc
def kink(x,t,D):
    y=1-np.abs(x); s=np.sqrt(4*D*t)
    q=np.divide(y,s,out=np.full_like(y,np.inf),where=s>0)
    with np.errstate(invalid="ignore"):
        layer=s/np.sqrt(np.pi)*np.exp(-q**2)-y*erfc(q)
    return 2*np.exp(-10*t)*(layer+(1-x**2)/2)
