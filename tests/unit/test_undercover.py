"""A reporter who does not say so is suspected from the way of asking, with the signs; a customer is not."""

import pytest

from ledger.policy import Policy
from ledger.policy.undercover import Sign
from ledger.undercover import bears_a_sign, judge, suspected

REPORTERS = {
    "zh-Hans": [
        "请问门店是什么时候知道这件事的？",
        "具体是几点几分？",
        "等一下，我记一下",
        "类似的投诉一共有多少起？",
        "内部规定是怎么写的？",
        "贵公司对此有何回应？",
        "有消费者反映去年也出过，是否属实？",
        "负责人是谁？",
    ],
    "zh-Hant": [
        "請問門市是何時得知這件事？",
        "確切時間是哪一天？",
        "我先記一下",
        "類似的客訴總共有多少件？",
        "內部文件怎麼寫？",
        "貴公司對此有何回應？",
        "是否屬實？",
        "主管機關有沒有罰過？",
    ],
    "en": [
        "When exactly did the company first become aware of it?",
        "What was the exact date?",
        "Let me write that down.",
        "How many similar complaints were there?",
        "Is there an internal memo about it?",
        "Can you confirm who signed off on it?",
        "What is the company's position on that?",
        "Was it covered up?",
    ],
}
CUSTOMERS = {
    "impatient": [
        "冰箱坏了，什么时候能修？",
        "修了三次了，为什么还不行？",
        "你们到底管不管？",
        "多久能给我答复？",
        "能不能退款？",
        "谁负责？",
        "我什么时候能拿到钱？",
    ],
    "careful": [
        "订单号我记一下",
        "具体什么时间上门？",
        "师傅几点到？",
        "要准备什么吗？",
        "发票可以补吗？",
        "有没有备用机？",
        "保修多久？",
    ],
    "english": [
        "When will it be repaired?",
        "Why did nobody call me?",
        "Who is responsible for this?",
        "Can I get a refund?",
        "How long will it take?",
        "Is anybody there?",
        "What now?",
    ],
}


@pytest.mark.parametrize("script", REPORTERS)
def test_a_reporters_way_of_asking_is_noticed_with_every_sign(policy: Policy, script: str) -> None:
    found = judge(REPORTERS[script], policy.undercover)
    assert suspected(found, policy.undercover)
    assert set(found.counted) == set(Sign)


@pytest.mark.parametrize("who", CUSTOMERS)
def test_a_customer_who_asks_much_is_no_reporter(policy: Policy, who: str) -> None:
    found = judge(CUSTOMERS[who], policy.undercover)
    assert Sign.QUESTIONS in found.counted
    assert not suspected(found, policy.undercover)


def test_a_few_messages_are_never_enough(policy: Policy) -> None:
    assert not suspected(judge(REPORTERS["zh-Hans"][2:7], policy.undercover), policy.undercover)


@pytest.mark.parametrize("text", ["冰箱坏了", "什么时候能修？", "谢谢", "my fridge is broken", "When?"])
def test_most_messages_give_no_reason_to_look_at_those_before(text: str) -> None:
    assert not bears_a_sign(text)
