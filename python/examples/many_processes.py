"""One model, fitted by many processes of which each reads its own samples:

mpirun -n 4 python examples/many_processes.py
"""

import hashlib

import numpy as np
from mpi4py import MPI
from sklearn.datasets import load_digits

from admmlearn import SupervisedPCA

comm = MPI.COMM_WORLD
X, y = load_digits(return_X_y=True)
# As if this process could see no others.
rows = np.array_split(np.arange(len(y)), comm.Get_size())[comm.Get_rank()]

model = SupervisedPCA(n_components=5).fit(X[rows], y[rows], comm=comm)

# All processes have the same model, whatever their number.
bits = hashlib.sha256(model.components_.tobytes() + model.coef_.tobytes()).hexdigest()[:16]
assert comm.allgather(bits) == [bits] * comm.Get_size()
right = comm.allreduce(int((model.predict(X[rows]) == y[rows]).sum()))
if comm.Get_rank() == 0:
    print(f"{model.status_}: {right} of {len(y)} samples are right, bits {bits}")
