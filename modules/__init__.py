"""CDKTF constructs, one concern each. They take values of the Inventory and decide nothing.

Only here are the AWS bindings imported. Their parent package's `__init__` imports all of its 1,500 submodules; it is
not executed here (https://github.com/hashicorp/terraform-cdk/issues/3753). The submodules are the real ones and type
checkers see the real package. `stacks/stamping/lazy_bindings.cjs` does the same for the JavaScript behind them.
"""

import importlib.util
import sys

_PACKAGE = "cdktf_cdktf_provider_aws"
if _PACKAGE not in sys.modules:
    _spec = importlib.util.find_spec(_PACKAGE)
    assert _spec is not None
    sys.modules[_PACKAGE] = importlib.util.module_from_spec(_spec)
