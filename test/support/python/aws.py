"""
Runs commands of the AWS CLI as its own program does, each in a process of its own, without loading it anew for each.

A command comes as a line of JSON, with the files that its process reads and writes; its exit code goes back as a line.
"""

import json
import os
import sys

import awscli.clidriver


def become(command):
    """In a process of the command's own."""
    os.chdir(command["folder"])
    os.environ.update(command["env"])
    for number, name, flags in (
        (0, "stdin", os.O_RDONLY),
        (1, "stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(command[name], flags, 0o600), number)
    sys.argv = ["aws", *command["args"]]
    sys.exit(awscli.clidriver.main())


# What every command would load for itself.
awscli.clidriver.create_clidriver()

for line in iter(sys.stdin.readline, ""):
    child = os.fork()
    if child == 0:
        become(json.loads(line))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
