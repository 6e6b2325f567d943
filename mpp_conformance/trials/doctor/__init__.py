"""Tries out what ``wallet.toml`` says, before a run: what is wrong is named by its field, and nobody is failed.

``reach`` costs next to nothing and comes before every run. ``live`` holds conversations in which no money moves: the
consumer scans a code, and Alipay+ answers HANDLE_BY_SDK. ``diagnosis`` reads such a conversation; it is pure, and says
of each field whether it was seen to be right. What could not be tried because of something before it is not spoken of.
``templates`` says what the codes would hide from a run.
``mpp_server`` puts one question to the MPP server, if the file says where that is: about an order of nobody's.
Before a run ``live`` looks only for what would make an MPP pay for its file: where everything looks as if nobody were
there, one more payment is held, and if that goes well it is for the run to judge the first.

Nothing is imported here: ``live`` loads servers and HTTP clients, which ``reach`` does without.
"""
