"""Mail commands in the subject line."""

from __future__ import annotations

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.intake.command import read_command
from mailflow.model.command import Command, CommandKind

SHANXI, VILLAGE = load_campaign("shanxi-2020"), load_campaign("village-grants")


@pytest.mark.parametrize(
    ("subject", "command"),
    [
        ("查询", Command(CommandKind.STATUS)),
        ("【查询】", Command(CommandKind.STATUS)),
        ("查询进度", Command(CommandKind.STATUS)),
        ("Re: 查询　SX20-7K4M2Q", Command(CommandKind.STATUS, ("SX20-7K4M2Q",))),
        ("查询sx20-7k4m2q", Command(CommandKind.STATUS, ("SX20-7K4M2Q",))),
        ("撤回 SX20-7K4M2Q、SX20-9Q2C7H", Command(CommandKind.WITHDRAW, ("SX20-7K4M2Q", "SX20-9Q2C7H"))),
        ("查询 SX20-7K4M", Command(CommandKind.STATUS, ("SX20-7K4M",))),
        ("撤回 sx20 7k4m2q1", Command(CommandKind.WITHDRAW, ("SX20-7K4M2Q1",))),
        ("查询报名结果", Command(CommandKind.STATUS)),
        ("撤回", Command(CommandKind.WITHDRAW)),
        ("查询 SX20-7K4M2Q，谢谢您！", Command(CommandKind.STATUS, ("SX20-7K4M2Q",))),
        ("Re：“查询 ＳＸ２０－７Ｋ４Ｍ２Ｑ”", Command(CommandKind.STATUS, ("SX20-7K4M2Q",))),
        ("查 询", Command(CommandKind.STATUS)),
        ("查询 SX20-7K4M 谢谢", Command(CommandKind.STATUS, ("SX20-7K4M",))),
        ("撤回报名", Command(CommandKind.WITHDRAW)),
        ("帮助", Command(CommandKind.HELP)),
        ("索取报名表 优秀学员", Command(CommandKind.FORM, category="outstanding-learner")),
        ("索取报名表：《志愿出题员报名表》", Command(CommandKind.FORM, category="question-writer")),
        ("索取报名表", Command(CommandKind.FORM)),
        ("报送完毕", Command(CommandKind.DONE)),
        ("本次无报送", Command(CommandKind.NOTHING)),
        ("省水利厅：本次无报送", Command(CommandKind.NOTHING)),
        ("省水利厅报送完毕，谢谢", Command(CommandKind.DONE)),
        ("撤回：王小明+优秀学员", Command(CommandKind.WITHDRAW)),
        ("查询 王小明+优秀学员", Command(CommandKind.STATUS)),
    ],
)
def test_a_command_is_a_word_and_what_stands_behind_it(subject: str, command: Command) -> None:
    assert read_command(subject, SHANXI) == command


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "王小明+优秀学员",
        "查询一下怎么报名",
        "撤回邮件",
        "对方已撤回邮件",
        "撤回王小明的报名",
        "帮助王小明报送优秀学员",
        "〔待补充2项〕王小明+优秀学员　回执 SX20-7K4M2Q",
        "索取报名表 不存在的项目",
        "报送完毕请查收附件",
        "王小明+优秀学员（报送完毕）",
        "查王小明+优秀学员",
    ],
)
def test_what_only_begins_like_a_command_is_none(subject: str) -> None:
    assert read_command(subject, SHANXI) is None


def test_another_language_has_its_own_words() -> None:
    assert read_command("RE: Status VG26-7K4M2Q", VILLAGE) == Command(CommandKind.STATUS, ("VG26-7K4M2Q",))
    assert read_command("Statusbericht", VILLAGE) is None
    assert read_command("查询", VILLAGE) is None
