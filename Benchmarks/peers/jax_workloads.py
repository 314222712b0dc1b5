"""The workloads of Benchmarks/Sources in JAX, compiled: the same arithmetic from the same inputs.

    python3 jax_workloads.py --inputs FOLDER [--seconds S] [--filter NAME] [--threads N]

A call includes bringing its result to Python, as every other program does; compilation happens in the warm-up.
"""
import math
import os

from harness import chains, run, threads

# XLA's own pool takes a thread for every core it may run on.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def net(inputs, name="net"):
    count = sum(key.startswith(f"{name}.weight") for key in inputs)
    return [jnp.asarray(inputs[f"{name}.{kind}{i}"]) for i in range(count) for kind in ("weight", "bias")]


def arrays(inputs, *names):
    return [jnp.asarray(inputs[name]) for name in names]


def network(x, parameters, activation):
    for i in range(0, len(parameters), 2):
        x = x @ parameters[i].T + parameters[i + 1]
        if i + 2 < len(parameters):
            x = activation(x)
    return x


def total(tree):
    return sum(jnp.sum(leaf) for leaf in jax.tree_util.tree_leaves(tree))


def compiled(f, *arguments):
    f = jax.jit(f)
    return lambda: float(f(*arguments))


def toy(inputs):
    def f(x):
        return jax.grad(lambda x: x * x * x / 3)(x) - 2 * x + 1

    def steps(x):
        for _ in range(30):
            x = x - 0.1 * jax.grad(f)(x)
        return x

    return compiled(steps, jnp.asarray(inputs["x"]))


def value(f):
    return lambda inputs: compiled(f, jnp.asarray(inputs["x"]) + 0.1)


def gradient(f):
    return lambda inputs: compiled(lambda x: jax.grad(f)(x).sum(), jnp.asarray(inputs["x"]) + 0.1)


def second(f):
    squared = jax.grad(lambda x: jnp.sum(jax.grad(f)(x) ** 2))
    return lambda inputs: compiled(lambda x: squared(x).sum(), jnp.asarray(inputs["x"]) + 0.1)


def cross_entropy(logits, labels):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1))


def mlp(order):
    def make(inputs):
        weights = net(inputs)
        x, labels = arrays(inputs, "x", "labels")
        directions = [jnp.asarray(inputs[f"direction{i}"]) for i in range(len(weights))]

        def loss(weights):
            return cross_entropy(network(x, weights, jnp.tanh), labels)

        def product(weights):
            gradients, pullback = jax.vjp(jax.grad(loss), weights)
            return total(pullback(directions))

        return compiled([loss, lambda w: total(jax.grad(loss)(w)), product][order], weights)

    return make


def trust_region(inputs):
    weights, x = net(inputs), jnp.asarray(inputs["x"])
    direction = [jnp.asarray(inputs[f"direction{i}"]) for i in range(len(weights))]

    def body(weights):
        fixed = network(x, weights, jnp.tanh)
        slopes = jax.grad(lambda w: 0.5 * jnp.sum((network(x, w, jnp.tanh) - fixed) ** 2) / 5000)
        _, pullback = jax.vjp(slopes, weights)
        v = direction
        for _ in range(10):
            v = [p + 0.1 * d for p, d in zip(pullback(v)[0], direction)]
        return total(v)

    return compiled(body, weights)


def adam(weights, alpha, beta1, beta2, loss):
    """A step as a compiled function that keeps its state."""
    state = [weights, [jnp.zeros_like(w) for w in weights], [jnp.zeros_like(w) for w in weights], 0]

    @jax.jit
    def step(weights, m, v, t):
        value, gradients = jax.value_and_grad(loss)(weights)
        t = t + 1
        m = [beta1 * a + (1 - beta1) * g for a, g in zip(m, gradients)]
        v = [beta2 * a + (1 - beta2) * g * g for a, g in zip(v, gradients)]
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        weights = [(w - alpha * (a / c1) / (jnp.sqrt(b / c2) + 1e-8)).astype(w.dtype) for w, a, b in zip(weights, m, v)]
        return value, weights, m, v, t

    def body():
        value, *state[:] = step(*state)
        return float(value)

    return body


def burgers(inputs):
    x, t = arrays(inputs, "x", "t")
    x = x * 2 - 1

    def loss(weights):
        def u(x, t):
            return network(jnp.concatenate([x, t], 1), weights, jnp.tanh)

        slopes = jax.grad(lambda x, t: u(x, t).sum(), (0, 1))
        ux, ut = slopes(x, t)
        uxx = jax.grad(lambda x: slopes(x, t)[0].sum())(x)
        return jnp.mean((ut + u(x, t) * ux - (0.01 / math.pi) * uxx) ** 2)

    return adam(net(inputs), 1e-3, 0.9, 0.999, loss)


def critic_step(inputs, weights, penalty_weight, critic):
    images, generated, epsilon = arrays(inputs, "images", "generated", "epsilon")
    mix = epsilon * images + (1 - epsilon) * generated

    def loss(weights):
        slope = jax.grad(lambda x: critic(x, weights).sum())(mix)
        penalty = jnp.mean((jnp.sqrt(jnp.sum(slope.reshape(len(slope), -1) ** 2, 1)) - 1) ** 2)
        return critic(generated, weights).mean() - critic(images, weights).mean() + penalty_weight * penalty

    return adam(weights, 1e-4, 0.5, 0.9, loss)


def critic_mlp(inputs):
    return critic_step(inputs, net(inputs), 0.1, lambda x, w: network(x, w, jax.nn.relu).ravel())


def critic_conv(inputs):
    def critic(x, weights):
        for layer in range(3):
            x = jax.lax.conv_general_dilated(x, weights[2 * layer], (2, 2), [(2, 2), (2, 2)])
            x = jax.nn.leaky_relu(x + weights[2 * layer + 1][:, None, None], 0.2)
        return (x.reshape(len(x), -1) @ weights[6].T + weights[7]).ravel()

    return critic_step(inputs, net(inputs) + net(inputs, "out"), 10, critic)


def maml(steps):
    def make(inputs):
        weights = net(inputs)
        x, y, qx, qy = arrays(inputs, "x", "y", "qx", "qy")

        def error(theta, x, y):
            return jnp.mean((network(x, theta, jax.nn.relu) - y) ** 2)

        def task(weights, x, y, qx, qy):
            theta = weights
            for _ in range(steps):
                theta = [w - 0.01 * g for w, g in zip(theta, jax.grad(error)(theta, x, y))]
            return error(theta, qx, qy)

        def loss(weights):
            return jnp.mean(jax.vmap(task, (None, 0, 0, 0, 0))(weights, x, y, qx, qy))

        return compiled(lambda w: total(jax.grad(loss)(w)), weights)

    return make


def learning_to_learn(inputs):
    w, y = arrays(inputs, "w", "y")
    weights = arrays(inputs, "input1", "state1", "bias1", "input2", "state2", "bias2", "output")

    def cell(c, gates):
        i, f, g, o = jnp.split(gates, 4, 1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return c, jax.nn.sigmoid(o) * jnp.tanh(c)

    def loss(theta):
        return jnp.sum((w @ theta - y) ** 2) / 128

    def meta(weights):
        i1, s1, b1, i2, s2, b2, out = weights
        theta = jnp.zeros((128, 10, 1), jnp.float32)
        c1 = h1 = c2 = h2 = jnp.zeros((1280, 20), jnp.float32)
        sum_of_losses = 0
        for _ in range(20):
            value, g = jax.value_and_grad(loss)(theta)
            sum_of_losses = sum_of_losses + value
            c1, h1 = cell(c1, g.reshape(1280, 1) @ i1.T + b1 + h1 @ s1.T)
            c2, h2 = cell(c2, h1 @ i2.T + b2 + h2 @ s2.T)
            theta = theta + 0.1 * (h2 @ out.T).reshape(128, 10, 1)
        return sum_of_losses

    return compiled(lambda w: total(jax.grad(meta)(w)), weights)


def hessian_small(inputs):
    theta, x, y = arrays(inputs, "theta", "x", "y")

    def loss(theta):
        hidden = jnp.tanh(x @ theta[:320].reshape(32, 10).T + theta[320:352])
        return jnp.mean((hidden @ theta[352:384].reshape(1, 32).T + theta[384:] - y) ** 2)

    return compiled(lambda t: jax.hessian(loss)(t).sum(), theta)


def nth_derivative(inputs):
    f = lambda x: jnp.tanh(x) * jnp.sin(x)
    for _ in range(6):
        f = jax.grad(f)
    return compiled(lambda x: jax.vmap(f)(x).sum(), jnp.asarray(inputs["x"]))


def matmul(dtype):
    def make(inputs):
        a, b = (x.astype(dtype) for x in arrays(inputs, "a", "b"))
        product = jax.jit(lambda a, b: a @ b)
        return lambda: float(product(a, b)[0, 0])

    return make


WORKLOADS = {
    "toy": toy,
    **chains(jnp, value, gradient, second),
    "mlp_hvp.value": mlp(0),
    "mlp_hvp.gradient": mlp(1),
    "mlp_hvp": mlp(2),
    "wgan_gp_mlp": critic_mlp,
    "wgan_gp_conv_16": critic_conv,
    "wgan_gp_conv_64": critic_conv,
    "maml_sine": maml(1),
    "maml_sine_5": maml(5),
    "l2l_quadratic": learning_to_learn,
    "hessian_small": hessian_small,
    "nth_derivative": nth_derivative,
    "trpo_fvp": trust_region,
    "pinn_burgers": burgers,
    **{f"matmul_{n}_{s}": matmul(t) for n, t in (("f32", jnp.float32), ("f64", jnp.float64)) for s in (64, 128, 256, 512, 1024, 2048)},
}

if __name__ == "__main__":
    run(WORKLOADS)
