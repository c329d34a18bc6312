"""The shipped specs as a package, for other specs: `from pcheck.specs.paxos import Acceptor`.

The modules are those that `pcheck explore paxos` loads. So a property that sees `Accepted` from
`pcheck.specs.consensus` sees the messages of the shipped spec.
"""

from pcheck.loading.module import SHIPPED

__path__ = [str(SHIPPED)]
