"""The workloads of Benchmarks/Sources in PyTorch, eager: the same arithmetic from the same inputs.

    python3 torch_workloads.py --inputs FOLDER [--seconds S] [--filter NAME] [--threads N]
"""
import math

from harness import chains, run, threads

import torch
import torch.nn.functional as F

torch.set_num_threads(threads)


def leaf(array):
    return torch.tensor(array, requires_grad=True)


def constant(array):
    return torch.tensor(array)


def net(inputs, name="net", make=leaf):
    """Weights and biases in turn."""
    count = sum(key.startswith(f"{name}.weight") for key in inputs)
    return [make(inputs[f"{name}.{kind}{i}"]) for i in range(count) for kind in ("weight", "bias")]


def network(x, parameters, activation):
    for i in range(0, len(parameters), 2):
        x = F.linear(x, parameters[i], parameters[i + 1])
        if i + 2 < len(parameters):
            x = activation(x)
    return x


def checksum(gradients):
    return sum(g.sum().item() for g in gradients)


def grad(y, x, **more):
    return torch.autograd.grad(y, x, **more)


def toy(inputs):
    def f(x):
        y = x * x * x / 3
        (gx,) = grad(y, x, create_graph=True)
        return gx - 2 * x + 1

    def body():
        x = leaf(inputs["x"])
        for _ in range(30):
            z = f(x)
            z.backward()
            x = (x - 0.1 * x.grad).detach().requires_grad_()
        return x.item()

    return body


def value(f):
    def make(inputs):
        x = constant(inputs["x"]) + 0.1

        def body():
            with torch.no_grad():
                return f(x).item()

        return body

    return make


def gradient(f):
    def make(inputs):
        x = (constant(inputs["x"]) + 0.1).requires_grad_()
        return lambda: checksum(grad(f(x), x))

    return make


def second(f):
    def make(inputs):
        x = (constant(inputs["x"]) + 0.1).requires_grad_()

        def body():
            (g,) = grad(f(x), x, create_graph=True)
            return checksum(grad((g * g).sum(), x))

        return body

    return make


def mlp(order):
    def make(inputs):
        weights = net(inputs)
        x, labels = constant(inputs["x"]), constant(inputs["labels"])
        directions = [constant(inputs[f"direction{i}"]) for i in range(len(weights))]

        def loss():
            return F.cross_entropy(network(x, weights, torch.tanh), labels)

        def body():
            if order == 0:
                with torch.no_grad():
                    return loss().item()
            if order == 1:
                return checksum(grad(loss(), weights))
            gradients = grad(loss(), weights, create_graph=True)
            return checksum(grad(gradients, weights, grad_outputs=directions))

        return body

    return make


def trust_region(inputs):
    weights, x = net(inputs), constant(inputs["x"])
    direction = [constant(inputs[f"direction{i}"]) for i in range(len(weights))]

    def body():
        mean = network(x, weights, torch.tanh)
        divergence = 0.5 * (mean - mean.detach()).square().sum() / 5000
        slopes = grad(divergence, weights, create_graph=True)
        v = direction
        for _ in range(10):
            products = grad(slopes, weights, grad_outputs=v, retain_graph=True)
            v = [p + 0.1 * d for p, d in zip(products, direction)]
        return checksum(v)

    return body


def burgers(inputs):
    weights = net(inputs)
    x = (constant(inputs["x"]) * 2 - 1).requires_grad_()
    t = leaf(inputs["t"])
    optimizer = torch.optim.Adam(weights, lr=1e-3)

    def body():
        u = network(torch.cat([x, t], 1), weights, torch.tanh)
        ux, ut = grad(u.sum(), [x, t], create_graph=True)
        (uxx,) = grad(ux.sum(), x, create_graph=True)
        loss = (ut + u * ux - (0.01 / math.pi) * uxx).square().mean()
        for w, g in zip(weights, grad(loss, weights)):
            w.grad = g
        optimizer.step()
        return loss.item()

    return body


def critic_step(inputs, weights, penalty_weight, critic):
    images, generated, epsilon = (constant(inputs[k]) for k in ("images", "generated", "epsilon"))
    optimizer = torch.optim.Adam(weights, lr=1e-4, betas=(0.5, 0.9))

    def body():
        mix = (epsilon * images + (1 - epsilon) * generated).requires_grad_()
        (slope,) = grad(critic(mix).sum(), mix, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        loss = critic(generated).mean() - critic(images).mean() + penalty_weight * penalty
        for w, g in zip(weights, grad(loss, weights)):
            w.grad = g
        optimizer.step()
        return loss.item()

    return body


def critic_mlp(inputs):
    weights = net(inputs)
    return critic_step(inputs, weights, 0.1, lambda x: network(x, weights, torch.relu).flatten())


def critic_conv(inputs):
    weights = net(inputs) + net(inputs, "out")

    def critic(x):
        for layer in range(3):
            x = F.leaky_relu(F.conv2d(x, weights[2 * layer], weights[2 * layer + 1], stride=2, padding=2), 0.2)
        return F.linear(x.flatten(1), weights[6], weights[7]).flatten()

    return critic_step(inputs, weights, 10, critic)


def maml_looped(steps):
    def make(inputs):
        weights = net(inputs)
        x, y, qx, qy = (constant(inputs[k]) for k in ("x", "y", "qx", "qy"))

        def body():
            losses = []
            for task in range(25):
                theta = weights
                for _ in range(steps):
                    loss = F.mse_loss(network(x[task], theta, torch.relu), y[task])
                    theta = [w - 0.01 * g for w, g in zip(theta, grad(loss, theta, create_graph=True))]
                losses.append(F.mse_loss(network(qx[task], theta, torch.relu), qy[task]))
            return checksum(grad(sum(losses) / 25, weights))

        return body

    return make


def maml_batched(steps):
    def make(inputs):
        weights = net(inputs)
        x, y, qx, qy = (constant(inputs[k]) for k in ("x", "y", "qx", "qy"))

        def output(h, theta):
            for i in range(0, len(theta), 2):
                h = h @ theta[i] + theta[i + 1]
                if i + 2 < len(theta):
                    h = torch.relu(h)
            return h

        def body():
            theta = [w.T.expand(25, *w.T.shape) if w.dim() == 2 else w.reshape(1, 1, -1).expand(25, 1, -1) for w in weights]
            for _ in range(steps):
                loss = (output(x, theta) - y).square().mean((1, 2)).sum()
                theta = [w - 0.01 * g for w, g in zip(theta, grad(loss, theta, create_graph=True))]
            return checksum(grad((output(qx, theta) - qy).square().mean(), weights))

        return body

    return make


def learning_to_learn(inputs):
    w, y = constant(inputs["w"]), constant(inputs["y"])
    names = ["input1", "state1", "bias1", "input2", "state2", "bias2", "output"]
    weights = [leaf(inputs[name]) for name in names]
    i1, s1, b1, i2, s2, b2, out = weights

    def cell(c, gates):
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return c, torch.sigmoid(o) * torch.tanh(c)

    def body():
        theta = torch.zeros(128, 10, 1, requires_grad=True)
        c1 = h1 = c2 = h2 = torch.zeros(1280, 20)
        total = 0
        for _ in range(20):
            loss = (w @ theta - y).square().sum() / 128
            total = total + loss
            (g,) = grad(loss, theta, create_graph=True)
            c1, h1 = cell(c1, F.linear(g.reshape(1280, 1), i1, b1) + F.linear(h1, s1))
            c2, h2 = cell(c2, F.linear(h1, i2, b2) + F.linear(h2, s2))
            theta = theta + 0.1 * F.linear(h2, out).reshape(128, 10, 1)
        return checksum(grad(total, weights))

    return body


def hessian_small(inputs):
    theta, x, y = leaf(inputs["theta"]), constant(inputs["x"]), constant(inputs["y"])

    def loss(theta):
        hidden = torch.tanh(F.linear(x, theta[:320].reshape(32, 10), theta[320:352]))
        return F.mse_loss(F.linear(hidden, theta[352:384].reshape(1, 32), theta[384:]), y)

    return lambda: torch.autograd.functional.hessian(loss, theta).sum().item()


def nth_derivative(inputs):
    def body():
        x = leaf(inputs["x"])
        y = torch.tanh(x) * torch.sin(x)
        for _ in range(6):
            (y,) = grad(y.sum(), x, create_graph=True)
        return y.sum().item()

    return body


def matmul(dtype):
    def make(inputs):
        a, b = constant(inputs["a"]).to(dtype), constant(inputs["b"]).to(dtype)
        return lambda: (a @ b)[0, 0].item()

    return make


WORKLOADS = {
    "toy": toy,
    **chains(torch, value, gradient, second),
    "mlp_hvp.value": mlp(0),
    "mlp_hvp.gradient": mlp(1),
    "mlp_hvp": mlp(2),
    "wgan_gp_mlp": critic_mlp,
    "wgan_gp_conv_16": critic_conv,
    "wgan_gp_conv_64": critic_conv,
    "maml_sine.looped": maml_looped(1),
    "maml_sine": maml_batched(1),
    "maml_sine_5.looped": maml_looped(5),
    "maml_sine_5": maml_batched(5),
    "l2l_quadratic": learning_to_learn,
    "hessian_small": hessian_small,
    "nth_derivative": nth_derivative,
    "trpo_fvp": trust_region,
    "pinn_burgers": burgers,
    **{f"matmul_{n}_{s}": matmul(t) for n, t in (("f32", torch.float32), ("f64", torch.float64)) for s in (64, 128, 256, 512, 1024, 2048)},
}

if __name__ == "__main__":
    run(WORKLOADS)
