import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch, which the package does not")

from training.network import MobileNetV2  # noqa: E402
from training.quantize import FoldedNet  # noqa: E402
from training.teacher import Teacher, unfold  # noqa: E402


@pytest.fixture
def network() -> MobileNetV2:
    torch.manual_seed(0)
    model = MobileNetV2(10, width=0.25, head=64)
    model.train()
    for _ in range(3):
        model(torch.randn(8, 3, 32, 32))
    model.eval()
    return model


def test_folding_keeps_the_function(network: MobileNetV2) -> None:
    x = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(FoldedNet(network)(x), network(x), atol=1e-3)


def test_shifted_products_are_the_convolution(network: MobileNetV2) -> None:
    x = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        plain = network(x)
        network.use_taps(True)
        assert torch.allclose(network(x), plain, atol=1e-4)


def test_putting_batch_normalization_back_keeps_the_function(network: MobileNetV2) -> None:
    teacher = Teacher(network, 32)
    x = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        for layer in network.convolutions():  # as it is read from a file: the bias alone
            layer.bn.running_mean.zero_()
            layer.bn.running_var.fill_(1 - layer.bn.eps)
            layer.bn.weight.fill_(1)
        before = teacher(x)
        unfold(teacher, [x])
        assert torch.allclose(teacher(x), before, rtol=1e-3, atol=1e-4)
