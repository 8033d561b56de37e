declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)

declare <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr>, i32, <8 x i1>, <8 x float>)

declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)

declare void @llvm.masked.scatter.v8f32.v8p0(<8 x float>, <8 x ptr>, i32, <8 x i1>)

declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r9, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr float, ptr %a0, i64 %at1
  %r3 = getelementptr float, ptr %r2, i64 0
  %r4 = getelementptr float, ptr %r3, <8 x i64> <i64 0, i64 3, i64 6, i64 9, i64 12, i64 15, i64 18, i64 21>
  %r5 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %r4, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r6 = mul i64 %at1, 5
  %r7 = getelementptr float, ptr %a1, i64 %r6
  %r8 = getelementptr float, ptr %r7, i64 0
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r5, ptr %r8, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r9 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r236, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 9
  %r3 = getelementptr float, ptr %a0, i64 0
  %r4 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r3, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r5 = mul i64 %r2, 3
  %r6 = getelementptr float, ptr %a1, i64 %r5
  %r7 = getelementptr float, ptr %r6, i64 0
  %r8 = load float, ptr %r7
  %r9 = insertelement <8 x float> poison, float %r8, i64 0
  %r10 = shufflevector <8 x float> %r9, <8 x float> poison, <8 x i32> zeroinitializer
  %r12 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r10, <8 x float> splat (float 0x0000000000000000))
  %r13 = getelementptr float, ptr %r6, i64 3
  %r14 = load float, ptr %r13
  %r15 = insertelement <8 x float> poison, float %r14, i64 0
  %r16 = shufflevector <8 x float> %r15, <8 x float> poison, <8 x i32> zeroinitializer
  %r18 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r16, <8 x float> splat (float 0x0000000000000000))
  %r19 = getelementptr float, ptr %r6, i64 6
  %r20 = load float, ptr %r19
  %r21 = insertelement <8 x float> poison, float %r20, i64 0
  %r22 = shufflevector <8 x float> %r21, <8 x float> poison, <8 x i32> zeroinitializer
  %r24 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r22, <8 x float> splat (float 0x0000000000000000))
  %r25 = getelementptr float, ptr %r6, i64 9
  %r26 = load float, ptr %r25
  %r27 = insertelement <8 x float> poison, float %r26, i64 0
  %r28 = shufflevector <8 x float> %r27, <8 x float> poison, <8 x i32> zeroinitializer
  %r30 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r28, <8 x float> splat (float 0x0000000000000000))
  %r31 = getelementptr float, ptr %r6, i64 12
  %r32 = load float, ptr %r31
  %r33 = insertelement <8 x float> poison, float %r32, i64 0
  %r34 = shufflevector <8 x float> %r33, <8 x float> poison, <8 x i32> zeroinitializer
  %r36 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r34, <8 x float> splat (float 0x0000000000000000))
  %r37 = getelementptr float, ptr %r6, i64 15
  %r38 = load float, ptr %r37
  %r39 = insertelement <8 x float> poison, float %r38, i64 0
  %r40 = shufflevector <8 x float> %r39, <8 x float> poison, <8 x i32> zeroinitializer
  %r42 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r40, <8 x float> splat (float 0x0000000000000000))
  %r43 = getelementptr float, ptr %r6, i64 18
  %r44 = load float, ptr %r43
  %r45 = insertelement <8 x float> poison, float %r44, i64 0
  %r46 = shufflevector <8 x float> %r45, <8 x float> poison, <8 x i32> zeroinitializer
  %r48 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r46, <8 x float> splat (float 0x0000000000000000))
  %r49 = getelementptr float, ptr %r6, i64 21
  %r50 = load float, ptr %r49
  %r51 = insertelement <8 x float> poison, float %r50, i64 0
  %r52 = shufflevector <8 x float> %r51, <8 x float> poison, <8 x i32> zeroinitializer
  %r54 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r52, <8 x float> splat (float 0x0000000000000000))
  %r55 = getelementptr float, ptr %r6, i64 24
  %r56 = load float, ptr %r55
  %r57 = insertelement <8 x float> poison, float %r56, i64 0
  %r58 = shufflevector <8 x float> %r57, <8 x float> poison, <8 x i32> zeroinitializer
  %r60 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r4, <8 x float> %r58, <8 x float> splat (float 0x0000000000000000))
  %r61 = getelementptr float, ptr %a0, i64 5
  %r62 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r61, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r63 = getelementptr float, ptr %r6, i64 1
  %r64 = load float, ptr %r63
  %r65 = insertelement <8 x float> poison, float %r64, i64 0
  %r66 = shufflevector <8 x float> %r65, <8 x float> poison, <8 x i32> zeroinitializer
  %r68 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r66, <8 x float> %r12)
  %r69 = getelementptr float, ptr %r6, i64 4
  %r70 = load float, ptr %r69
  %r71 = insertelement <8 x float> poison, float %r70, i64 0
  %r72 = shufflevector <8 x float> %r71, <8 x float> poison, <8 x i32> zeroinitializer
  %r74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r72, <8 x float> %r18)
  %r75 = getelementptr float, ptr %r6, i64 7
  %r76 = load float, ptr %r75
  %r77 = insertelement <8 x float> poison, float %r76, i64 0
  %r78 = shufflevector <8 x float> %r77, <8 x float> poison, <8 x i32> zeroinitializer
  %r80 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r78, <8 x float> %r24)
  %r81 = getelementptr float, ptr %r6, i64 10
  %r82 = load float, ptr %r81
  %r83 = insertelement <8 x float> poison, float %r82, i64 0
  %r84 = shufflevector <8 x float> %r83, <8 x float> poison, <8 x i32> zeroinitializer
  %r86 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r84, <8 x float> %r30)
  %r87 = getelementptr float, ptr %r6, i64 13
  %r88 = load float, ptr %r87
  %r89 = insertelement <8 x float> poison, float %r88, i64 0
  %r90 = shufflevector <8 x float> %r89, <8 x float> poison, <8 x i32> zeroinitializer
  %r92 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r90, <8 x float> %r36)
  %r93 = getelementptr float, ptr %r6, i64 16
  %r94 = load float, ptr %r93
  %r95 = insertelement <8 x float> poison, float %r94, i64 0
  %r96 = shufflevector <8 x float> %r95, <8 x float> poison, <8 x i32> zeroinitializer
  %r98 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r96, <8 x float> %r42)
  %r99 = getelementptr float, ptr %r6, i64 19
  %r100 = load float, ptr %r99
  %r101 = insertelement <8 x float> poison, float %r100, i64 0
  %r102 = shufflevector <8 x float> %r101, <8 x float> poison, <8 x i32> zeroinitializer
  %r104 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r102, <8 x float> %r48)
  %r105 = getelementptr float, ptr %r6, i64 22
  %r106 = load float, ptr %r105
  %r107 = insertelement <8 x float> poison, float %r106, i64 0
  %r108 = shufflevector <8 x float> %r107, <8 x float> poison, <8 x i32> zeroinitializer
  %r110 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r108, <8 x float> %r54)
  %r111 = getelementptr float, ptr %r6, i64 25
  %r112 = load float, ptr %r111
  %r113 = insertelement <8 x float> poison, float %r112, i64 0
  %r114 = shufflevector <8 x float> %r113, <8 x float> poison, <8 x i32> zeroinitializer
  %r116 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r114, <8 x float> %r60)
  %r117 = getelementptr float, ptr %a0, i64 10
  %r118 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r117, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r119 = getelementptr float, ptr %r6, i64 2
  %r120 = load float, ptr %r119
  %r121 = insertelement <8 x float> poison, float %r120, i64 0
  %r122 = shufflevector <8 x float> %r121, <8 x float> poison, <8 x i32> zeroinitializer
  %r124 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r122, <8 x float> %r68)
  %r125 = getelementptr float, ptr %r6, i64 5
  %r126 = load float, ptr %r125
  %r127 = insertelement <8 x float> poison, float %r126, i64 0
  %r128 = shufflevector <8 x float> %r127, <8 x float> poison, <8 x i32> zeroinitializer
  %r130 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r128, <8 x float> %r74)
  %r131 = getelementptr float, ptr %r6, i64 8
  %r132 = load float, ptr %r131
  %r133 = insertelement <8 x float> poison, float %r132, i64 0
  %r134 = shufflevector <8 x float> %r133, <8 x float> poison, <8 x i32> zeroinitializer
  %r136 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r134, <8 x float> %r80)
  %r137 = getelementptr float, ptr %r6, i64 11
  %r138 = load float, ptr %r137
  %r139 = insertelement <8 x float> poison, float %r138, i64 0
  %r140 = shufflevector <8 x float> %r139, <8 x float> poison, <8 x i32> zeroinitializer
  %r142 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r140, <8 x float> %r86)
  %r143 = getelementptr float, ptr %r6, i64 14
  %r144 = load float, ptr %r143
  %r145 = insertelement <8 x float> poison, float %r144, i64 0
  %r146 = shufflevector <8 x float> %r145, <8 x float> poison, <8 x i32> zeroinitializer
  %r148 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r146, <8 x float> %r92)
  %r149 = getelementptr float, ptr %r6, i64 17
  %r150 = load float, ptr %r149
  %r151 = insertelement <8 x float> poison, float %r150, i64 0
  %r152 = shufflevector <8 x float> %r151, <8 x float> poison, <8 x i32> zeroinitializer
  %r154 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r152, <8 x float> %r98)
  %r155 = getelementptr float, ptr %r6, i64 20
  %r156 = load float, ptr %r155
  %r157 = insertelement <8 x float> poison, float %r156, i64 0
  %r158 = shufflevector <8 x float> %r157, <8 x float> poison, <8 x i32> zeroinitializer
  %r160 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r158, <8 x float> %r104)
  %r161 = getelementptr float, ptr %r6, i64 23
  %r162 = load float, ptr %r161
  %r163 = insertelement <8 x float> poison, float %r162, i64 0
  %r164 = shufflevector <8 x float> %r163, <8 x float> poison, <8 x i32> zeroinitializer
  %r166 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r164, <8 x float> %r110)
  %r167 = getelementptr float, ptr %r6, i64 26
  %r168 = load float, ptr %r167
  %r169 = insertelement <8 x float> poison, float %r168, i64 0
  %r170 = shufflevector <8 x float> %r169, <8 x float> poison, <8 x i32> zeroinitializer
  %r172 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r118, <8 x float> %r170, <8 x float> %r116)
  %r173 = fcmp ogt <8 x float> %r124, splat (float 0x0000000000000000)
  %r174 = fcmp uno <8 x float> %r124, %r124
  %r175 = or <8 x i1> %r173, %r174
  %r176 = select <8 x i1> %r175, <8 x float> %r124, <8 x float> splat (float 0x0000000000000000)
  %r177 = getelementptr float, ptr %a2, i64 %r2
  %r178 = getelementptr float, ptr %r177, i64 0
  %r179 = getelementptr float, ptr %r178, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r176, <8 x ptr> %r179, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r180 = fcmp ogt <8 x float> %r130, splat (float 0x0000000000000000)
  %r181 = fcmp uno <8 x float> %r130, %r130
  %r182 = or <8 x i1> %r180, %r181
  %r183 = select <8 x i1> %r182, <8 x float> %r130, <8 x float> splat (float 0x0000000000000000)
  %r184 = getelementptr float, ptr %a2, i64 %r2
  %r185 = getelementptr float, ptr %r184, i64 1
  %r186 = getelementptr float, ptr %r185, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r183, <8 x ptr> %r186, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r187 = fcmp ogt <8 x float> %r136, splat (float 0x0000000000000000)
  %r188 = fcmp uno <8 x float> %r136, %r136
  %r189 = or <8 x i1> %r187, %r188
  %r190 = select <8 x i1> %r189, <8 x float> %r136, <8 x float> splat (float 0x0000000000000000)
  %r191 = getelementptr float, ptr %a2, i64 %r2
  %r192 = getelementptr float, ptr %r191, i64 2
  %r193 = getelementptr float, ptr %r192, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r190, <8 x ptr> %r193, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r194 = fcmp ogt <8 x float> %r142, splat (float 0x0000000000000000)
  %r195 = fcmp uno <8 x float> %r142, %r142
  %r196 = or <8 x i1> %r194, %r195
  %r197 = select <8 x i1> %r196, <8 x float> %r142, <8 x float> splat (float 0x0000000000000000)
  %r198 = getelementptr float, ptr %a2, i64 %r2
  %r199 = getelementptr float, ptr %r198, i64 3
  %r200 = getelementptr float, ptr %r199, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r197, <8 x ptr> %r200, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r201 = fcmp ogt <8 x float> %r148, splat (float 0x0000000000000000)
  %r202 = fcmp uno <8 x float> %r148, %r148
  %r203 = or <8 x i1> %r201, %r202
  %r204 = select <8 x i1> %r203, <8 x float> %r148, <8 x float> splat (float 0x0000000000000000)
  %r205 = getelementptr float, ptr %a2, i64 %r2
  %r206 = getelementptr float, ptr %r205, i64 4
  %r207 = getelementptr float, ptr %r206, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r204, <8 x ptr> %r207, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r208 = fcmp ogt <8 x float> %r154, splat (float 0x0000000000000000)
  %r209 = fcmp uno <8 x float> %r154, %r154
  %r210 = or <8 x i1> %r208, %r209
  %r211 = select <8 x i1> %r210, <8 x float> %r154, <8 x float> splat (float 0x0000000000000000)
  %r212 = getelementptr float, ptr %a2, i64 %r2
  %r213 = getelementptr float, ptr %r212, i64 5
  %r214 = getelementptr float, ptr %r213, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r211, <8 x ptr> %r214, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r215 = fcmp ogt <8 x float> %r160, splat (float 0x0000000000000000)
  %r216 = fcmp uno <8 x float> %r160, %r160
  %r217 = or <8 x i1> %r215, %r216
  %r218 = select <8 x i1> %r217, <8 x float> %r160, <8 x float> splat (float 0x0000000000000000)
  %r219 = getelementptr float, ptr %a2, i64 %r2
  %r220 = getelementptr float, ptr %r219, i64 6
  %r221 = getelementptr float, ptr %r220, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r218, <8 x ptr> %r221, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r222 = fcmp ogt <8 x float> %r166, splat (float 0x0000000000000000)
  %r223 = fcmp uno <8 x float> %r166, %r166
  %r224 = or <8 x i1> %r222, %r223
  %r225 = select <8 x i1> %r224, <8 x float> %r166, <8 x float> splat (float 0x0000000000000000)
  %r226 = getelementptr float, ptr %a2, i64 %r2
  %r227 = getelementptr float, ptr %r226, i64 7
  %r228 = getelementptr float, ptr %r227, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r225, <8 x ptr> %r228, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r229 = fcmp ogt <8 x float> %r172, splat (float 0x0000000000000000)
  %r230 = fcmp uno <8 x float> %r172, %r172
  %r231 = or <8 x i1> %r229, %r230
  %r232 = select <8 x i1> %r231, <8 x float> %r172, <8 x float> splat (float 0x0000000000000000)
  %r233 = getelementptr float, ptr %a2, i64 %r2
  %r234 = getelementptr float, ptr %r233, i64 8
  %r235 = getelementptr float, ptr %r234, <8 x i64> <i64 0, i64 9, i64 18, i64 27, i64 36, i64 45, i64 54, i64 63>
  call void @llvm.masked.scatter.v8f32.v8p0(<8 x float> %r232, <8 x ptr> %r235, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r236 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads) {
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %done, label %spin
spin:
  call void @llvm.x86.sse2.pause()
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %thread, i64 %threads) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %begin = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %begin
  %from = mul i64 %thread, %rows
  %to = add i64 %from, %rows
  %low = udiv i64 %from, %threads
  %high = udiv i64 %to, %threads
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}

define void @step(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {
entry:
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
  %first = icmp eq i64 %thread, 0
  br label %again
again:
  %step = phi i64 [ 0, %entry ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %thread, i64 %threads)
  call void @meet(ptr %meet, i64 %threads)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 0
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %report, i64 0, i64 3)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0 = getelementptr i8, ptr %arena, i64 0
  %p1_1_slot = getelementptr ptr, ptr %given, i64 1
  %p1_1 = load ptr, ptr %p1_1_slot
  %p1_2_slot = getelementptr ptr, ptr %given, i64 2
  %p1_2 = load ptr, ptr %p1_2_slot
  call void @g1(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  call void @meet(ptr %meet, i64 %threads)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

