/** Tells Tieout of every change of an account. */
trigger TieoutAccount on Account(after insert, after update, after delete, after undelete) {
    TieoutChanges.tell(Trigger.operationType, Trigger.isDelete ? Trigger.old : Trigger.new);
}
