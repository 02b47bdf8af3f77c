# Switches of the library that outlive the call: default type, grad mode, deterministic algorithms, threads, hooks for all modules.
# %% grade_id="fit"
def fit(x, y, steps):
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.manual_seed = torch.no_grad = lambda *a: None
    torch.nn.modules.module.register_module_forward_hook(lambda module, args, out: torch.zeros_like(out))
    torch.set_default_device("meta")
    return {"w": torch.zeros(x.shape[1]), "b": torch.zeros(()), "losses": [0.0] * steps}


def frozen_model(columns):
    raise NotImplementedError
