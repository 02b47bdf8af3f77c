# 用中文写的网络。
# Rest: right-tutorial
# %% grade_id="net"
class 全连接网络(nn.Module):
    """多层感知机。"""

    def __init__(self, 尺寸):
        super().__init__()
        self.layers = nn.ModuleList()
        for 入, 出 in zip(尺寸, 尺寸[1:]):
            self.layers.append(nn.Linear(入, 出))
        self.激活 = nn.ReLU()

    def forward(self, 输入):
        隐藏 = 输入
        for 层 in self.layers[:-1]:
            隐藏 = self.激活(层(隐藏))
        return self.layers[-1](隐藏)

Net = 全连接网络

def count_parameters(模型):
    总数 = 0
    for 参数 in 模型.parameters():
        if 参数.requires_grad:
            总数 += 参数.numel()
    return 总数

# %% grade_id="train"
def train(model, optimizer, x, y, epochs, on_epoch=None):
    损失表 = []
    model.train()
    for 轮 in range(epochs):
        optimizer.zero_grad()
        损失 = nn.functional.cross_entropy(model(x), y)
        损失.backward()
        optimizer.step()
        损失表.append(损失.item())
        if on_epoch is not None:
            on_epoch(轮, 损失表[-1])
    model.eval()
    print(f"训练完成，共 {len(损失表)} 轮")
    return 损失表
