"""Serves a model with llama.cpp's own server, until it is killed.

    llama-server.py MODEL PORT
"""

import sys
import threading

import xllamacpp

model, port = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = model
params.model_alias = {"smollm2"}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.n_ctx = 8192
params.n_parallel = 1
# More threads than free cores wait for each other most of the time.
params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)
print("it listens at", server.listening_address, flush=True)
threading.Event().wait()
